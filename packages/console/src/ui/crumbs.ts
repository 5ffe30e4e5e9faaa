import { useEffect, useSyncExternalStore } from 'react';

/** A step of the way to a page, after its section. */
export interface Crumb {
  readonly text: string;
  /** Where it leads; left out for the page itself. */
  readonly to?: string;
  readonly isId?: boolean;
}

let shown: readonly Crumb[] | undefined;
const listeners = new Set<() => void>();

function show(crumbs: readonly Crumb[] | undefined): void {
  shown = crumbs;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** What the page says about where it is; undefined while no page says anything. */
export const useCrumbs = (): readonly Crumb[] | undefined => useSyncExternalStore(subscribe, () => shown);

/** Says where the page is, for as long as it is shown. */
export function useShowCrumbs(crumbs: readonly Crumb[]): void {
  const text = JSON.stringify(crumbs);
  useEffect(() => {
    show(JSON.parse(text));
    return () => show(undefined);
  }, [text]);
}
