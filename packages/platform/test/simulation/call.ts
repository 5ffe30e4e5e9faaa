import type { GateCall } from '../../src/runs/handoff/attempt-gate.ts';
import type { RunData, Write, WriteAnswer } from './run-data.ts';

/** What a container asks the platform for. */
export type Call =
  /** Opens the events websocket. */
  | { readonly kind: 'connect' }
  | { readonly kind: 'load' }
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'reboot' }
  | { readonly kind: 'metamorph' };

export type Answer =
  | { readonly kind: 'done'; readonly value: WriteAnswer | RunData }
  | { readonly kind: 'refused'; readonly statusCode: number; readonly type: string }
  /** No answer came: whether the call had an effect is not known. */
  | { readonly kind: 'lost' };

const gateCallsOfWrites: Readonly<Record<Write['kind'], GateCall>> = {
  push: { method: 'POST', url: '/v2/datasets/dataset/items' },
  save: { method: 'PUT', url: '/v2/key-value-stores/store/records/STATE' },
  commit: { method: 'PUT', url: '/wherry/v1/runs/run/commits/1' },
  take: { method: 'POST', url: '/v2/request-queues/queue/head/lock' },
  handle: { method: 'PUT', url: '/v2/request-queues/queue/requests/request' },
};
const otherGateCalls: Readonly<Record<Exclude<Call['kind'], 'write'>, GateCall>> = {
  connect: { method: 'GET', url: '/wherry/v1/runs/run/events' },
  load: { method: 'GET', url: '/v2/key-value-stores/store/records/STATE' },
  reboot: { method: 'POST', url: '/v2/actor-runs/run/reboot' },
  metamorph: { method: 'POST', url: '/v2/actor-runs/run/metamorph' },
};

/** The call as the gate sees it. */
export const gateCallOf = (call: Call): GateCall =>
  call.kind === 'write' ? gateCallsOfWrites[call.write.kind] : otherGateCalls[call.kind];

export const nameOf = (call: Call): string => (call.kind === 'write' ? call.write.kind : call.kind);
