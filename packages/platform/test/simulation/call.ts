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
  push: { effect: 'givesResults' },
  save: { effect: 'savesState', record: 'store/STATE' },
  commit: { effect: 'givesResults' },
  take: { effect: 'takesWork' },
  handle: { effect: 'endsWork' },
};
const otherGateCalls: Readonly<Record<Exclude<Call['kind'], 'write'>, GateCall>> = {
  connect: { effect: 'reads' },
  load: { effect: 'reads' },
  reboot: { effect: 'savesState' },
  metamorph: { effect: 'savesState' },
};

/** The call as the gate sees it. */
export const gateCallOf = (call: Call): GateCall =>
  call.kind === 'write' ? gateCallsOfWrites[call.write.kind] : otherGateCalls[call.kind];

export const nameOf = (call: Call): string => (call.kind === 'write' ? call.write.kind : call.kind);
