import type { Caller } from '../database/operation.ts';
import type { RequestsInHand } from '../runs/requests-in-hand.ts';

/** Notes that the caller works on a request from now on. Only attempts have requests in hand. */
export function takeInHand(inHand: RequestsInHand, caller: Caller, queueId: string, requestId: string): void {
  if (caller.kind === 'attempt') inHand.take(caller.runId, caller.attempt, queueId, requestId);
}

/** Call it once the write that ends the work is durable: a drain may end with it. */
export function releaseFromHand(inHand: RequestsInHand, caller: Caller, queueId: string, ids: readonly string[]): void {
  if (caller.kind !== 'attempt') return;
  for (const id of ids) inHand.release(caller.runId, caller.attempt, queueId, id);
}
