import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/**
 * A part of what is shown that is kept in the address, so that back, reload and a link lead to the same sight. What equals the
 * default is left out of the address.
 * @param options.isStep whether "back" undoes a change; tabs are steps, what is typed is not
 * @param options.clears another part that a change takes away, such as the page of a list that becomes another list
 */
export function useAddressState<Value extends string>(
  name: string,
  usual: Value,
  { isStep = false, clears }: { readonly isStep?: boolean; readonly clears?: string } = {},
): [Value, (value: Value) => void] {
  const search = useSearch({ strict: false }) as Readonly<Record<string, string | undefined>>;
  const navigate = useNavigate();
  const value = (search[name] ?? usual) as Value;
  const set = useCallback(
    (next: Value) => {
      void navigate({
        to: '.',
        search: ((former: Record<string, string>) => {
          const { [name]: _, ...others } = former;
          if (clears !== undefined) delete others[clears];
          return next === usual ? others : { ...others, [name]: next };
        }) as never,
        replace: !isStep,
        resetScroll: false,
      });
    },
    [navigate, name, usual, isStep, clears],
  );
  return [value, set];
}
