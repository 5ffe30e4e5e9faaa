import type { ExitCause } from '../engines/engine.ts';
import type { RunState } from './run-state.ts';

/** What a run's status message says of its end, unless the Actor has said it. */
export function endMessageOf(
  { options }: RunState,
  status: string,
  exitCode: number | null,
  cause: ExitCause | undefined,
): string {
  switch (status) {
    case 'SUCCEEDED':
      return 'Actor succeeded.';
    case 'TIMED-OUT':
      return `The run took longer than its timeout of ${options.timeoutSecs} s.`;
    case 'ABORTED':
      return 'The run was aborted.';
    default:
      if (cause === 'outOfMemory') {
        return `The Actor was ended because it needed more memory than its ${options.memoryMbytes} MB.`;
      }
      if (cause === 'diskFull') {
        return `The Actor was ended because it wrote more to its disk than its ${options.diskMbytes} MB.`;
      }
      return `The Actor process exited with code ${exitCode}.`;
  }
}
