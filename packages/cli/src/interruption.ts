import { exitCodes } from './exit-codes.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A terminal sends Ctrl-C to every process of the command, and npm and `scripts/start.mjs` pass theirs on as well: what
 * comes within this time is the same key press.
 */
const sameKeyPressMs = 500;

/** Aborted by the first Ctrl-C (or SIGTERM, or the terminal's end); a second one ends this process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt !== undefined && now - firstAt > sameKeyPressMs) process.exit(exitCodes.notSucceeded);
    firstAt ??= now;
    controller.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return controller.signal;
}
