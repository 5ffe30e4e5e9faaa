/** What a test breaks on purpose, to see that a checker catches it. */
export type Breakage =
  | 'none'
  /** Writes and reads of attempts are not checked against the active attempt. */
  | 'fenceIsOff'
  /** The gate opens when the switch is asked for, before it is durable. */
  | 'gateOpensEarly'
  /** A platform that starts anew leaves alone what the former one had started. */
  | 'orphansStay'
  /** What is sent again under the same key or sequence is applied again. */
  | 'repeatsAreApplied'
  /** A write is answered before it is durable. */
  | 'answersBeforeCommit'
  /** A commit is two transactions. */
  | 'commitsInHalves'
  /** What webhooks are told is stored after the change that it is about. */
  | 'eventsFollow';
