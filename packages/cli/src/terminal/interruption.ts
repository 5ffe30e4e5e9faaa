import { exitCodes } from '../exit-codes.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * A terminal sends Ctrl-C to every process of the command, and npm forwards its own too: signals
 * within this time are the same key press.
 */
const sameKeyPressMs = 500;

export interface Interruption {
  /** Aborted by the first Ctrl-C (or SIGTERM, or the end of the terminal): end in good order. */
  readonly first: AbortSignal;
  /** Aborted by the second one: end at once. A third one ends this process, whatever it is doing. */
  readonly second: AbortSignal;
}

/** @param hangUpEnds whether SIGHUP, which the end of a terminal sends, counts too; a server may have another use for it */
export function interruption({ hangUpEnds = true }: { readonly hangUpEnds?: boolean } = {}): Interruption {
  const presses = [new AbortController(), new AbortController()] as const;
  let lastAt = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    const now = performance.now();
    if (now - lastAt < sameKeyPressMs) return;
    lastAt = now;
    // While Node exits it no longer handles signals, and a further one would kill it: stay until no more can come.
    setTimeout(() => undefined, sameKeyPressMs);
    const next = presses.find(({ signal }) => !signal.aborted);
    if (next === undefined) process.exit(exitCodes.notSucceeded);
    next.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  if (hangUpEnds) process.on('SIGHUP', onSignal);
  return { first: presses[0].signal, second: presses[1].signal };
}
