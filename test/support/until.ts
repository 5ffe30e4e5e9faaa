import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** When to give up: at least five times what a quiet machine takes. */
  readonly secs?: number;
}

type Maybe<Value> = Value | undefined | false;

/**
 * Asks again and again until there is a value, and resolves with it; `undefined` and `false` are none. `what` completes
 * the sentence "waits until …".
 * @throws Error with `what` and the limit, when there is none in time
 */
export async function until<Value>(
  what: string,
  ask: () => Promise<Maybe<Value>> | Maybe<Value>,
  { secs = 120 }: UntilOptions = {},
): Promise<Value> {
  const isOver = Symbol('over');
  const stop = new AbortController();
  const over = delay(secs * 1000, isOver, { signal: stop.signal }).catch(() => isOver);
  try {
    for (;;) {
      // What is asked may itself hang. The limit stands first, so that it also ends what is always asked at once.
      const value = await Promise.race([over, ask()]);
      if (value === isOver) throw new Error(`Waited ${secs} s in vain until ${what}.`);
      if (value !== undefined && value !== false) return value as Value;
      await delay(20);
    }
  } finally {
    stop.abort();
  }
}
