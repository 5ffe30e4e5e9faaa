/** What `wherry` exits with. Scripts rely on these: never change what a number means. */
export const exitCodes = {
  ok: 0,
  /** A run did not succeed, a drain left a run behind, the demo lost or repeated what it must not, an Actor is unsafe. */
  notSucceeded: 1,
  /** The command line, the settings or the input are wrong; the prover could not tell. */
  badUsage: 2,
  /** No platform answers, or it could not be started. */
  notReachable: 3,
  /** The platform knows no such thing, or refused. */
  refused: 4,
  /** A fault in `wherry` itself. */
  fault: 70,
  /** Nobody reads the output any more; what a shell says of a program that SIGPIPE ended. */
  readerGone: 141,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Shown below the help of each command. */
export const exitCodesHelp = `
Exit codes:
  0    done; for a run: it SUCCEEDED; for an Actor that is proved: it is safe
  1    the run did not succeed, the drain left a run behind, the demo failed, or the Actor is unsafe
  2    wrong usage, settings or input; or the prover could not tell
  3    no platform answers, or it could not be started
  4    the platform knows no such thing, or refused
  70   a fault in wherry itself
  141  nobody reads the output any more, as in \`wherry log RUN | head\``;
