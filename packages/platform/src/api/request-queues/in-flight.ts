import type { Caller } from '../../database/operation.ts';
import type { InFlightRequests } from '../../runs/handoff/in-flight-requests.ts';

/** Notes that the caller works on a request from now on. Only attempts have requests in hand. */
export function markInFlight(inFlight: InFlightRequests, caller: Caller, queueId: string, requestId: string): void {
  if (caller.kind === 'attempt') inFlight.add(caller.runId, caller.attempt, queueId, requestId);
}

/** Call it once the write that ends the work is durable: a drain may end with it. */
export function unmarkInFlight(
  inFlight: InFlightRequests,
  caller: Caller,
  queueId: string,
  ids: readonly string[],
): void {
  if (caller.kind !== 'attempt') return;
  for (const id of ids) inFlight.remove(caller.runId, caller.attempt, queueId, id);
}
