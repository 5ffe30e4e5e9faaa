import type { Caller } from '../../database/operation.ts';
import type { InFlightRequests } from '../../runs/handoff/in-flight-requests.ts';

/** Records that the caller is working on a request. Only attempts have in-flight requests. */
export function markInFlight(inFlight: InFlightRequests, caller: Caller, queueId: string, requestId: string): void {
  if (caller.kind === 'attempt') inFlight.add(caller.runId, caller.attempt, queueId, requestId);
}

/** Call this after the write that ends the work is durable: a drain may end with it. */
export function unmarkInFlight(
  inFlight: InFlightRequests,
  caller: Caller,
  queueId: string,
  ids: readonly string[],
): void {
  if (caller.kind !== 'attempt') return;
  for (const id of ids) inFlight.remove(caller.runId, caller.attempt, queueId, id);
}
