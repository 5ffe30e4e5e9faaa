/** What `wherry` exits with. Scripts rely on these: never change what a number means. */
export const exitCodes = {
  ok: 0,
  /** A run did not succeed, a drain left a run behind, the demo lost or repeated a result, an Actor is unsafe. */
  notSucceeded: 1,
  /** The command line, the settings or the input are wrong; or the prover has no verdict. */
  badUsage: 2,
  /** No platform responds, or it could not be started. */
  notReachable: 3,
  /** The platform does not have what was named, or refused the request. */
  refused: 4,
  /** A fault in `wherry` itself. */
  fault: 70,
  /** The reader of the output has gone. Shells report this code for a program that SIGPIPE has ended. */
  readerGone: 141,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Shown below the help of each command. */
export const exitCodesHelp = `
Exit codes:
  0    done; for a run: it SUCCEEDED; for \`prove\`: the Actor is safe
  1    the run did not succeed, the drain left a run behind, the demo failed, or the Actor is unsafe
  2    wrong usage, settings or input; or the prover has no verdict
  3    no platform responds, or it could not be started
  4    the platform does not have what was named, or refused the request
  70   a fault in wherry itself
  141  the reader of the output has gone, as in \`wherry log RUN | head\``;
