import { useCallback, useState } from 'react';
import { isObject, type JsonObject } from '../../model/input-schema.ts';
import { withoutSecrets } from '../../model/input-secrets.ts';
import type { RunOptions } from '../../model/run-options.ts';

interface Draft {
  readonly input: JsonObject;
  readonly options: RunOptions;
}

const keyOf = (actorId: string): string => `wherry-input:${actorId}`;

/** Undefined without one, and for one that is damaged. */
function readDraft(actorId: string): Draft | undefined {
  try {
    const draft: unknown = JSON.parse(sessionStorage.getItem(keyOf(actorId)) ?? 'null');
    if (!isObject(draft) || !isObject(draft.input) || !isObject(draft.options)) return undefined;
    return { input: draft.input, options: draft.options };
  } catch {
    return undefined;
  }
}

/** What was typed last for an Actor, in this tab of the browser. Secrets are not kept. */
export function useDraft(actorId: string) {
  const [stored] = useState(() => readDraft(actorId));
  const keep = useCallback(
    (schema: JsonObject | null, { input, options }: Draft) => {
      try {
        sessionStorage.setItem(keyOf(actorId), JSON.stringify({ input: withoutSecrets(schema, input), options }));
      } catch {
        // A draft that is too large for the browser is not kept.
      }
    },
    [actorId],
  );
  return { stored, keep };
}
