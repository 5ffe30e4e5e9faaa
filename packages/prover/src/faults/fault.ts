/**
 * A fault, and a case: the faults of one run.
 *
 * The folder `faults/` decides which faults a run has (`fault-plan.ts`), injects them while the run makes its writes
 * (`run-watch.ts`, `fault-injectors.ts`) and keeps what happened (`timeline.ts`). It imports `proxy/` and
 * `comparison/`. The plan is pure; an injector reaches the platform only through its context.
 */
import { type WriteType, writeTypes } from '../proxy/write.ts';

export const faultKinds = [
  'warm',
  'cold',
  'kill',
  'frozen',
  'lost-answer',
  'sent-twice',
  'deaf',
  'platform-kill',
  'burst',
  'slow',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Side = 'before' | 'after';

/**
 * Where a fault is injected: at a write of this type. `ordinal` counts the writes of the type in the whole run, from 1.
 */
interface Point {
  readonly type: WriteType;
  readonly ordinal: number;
  readonly side: Side;
}

export interface Fault extends Point {
  readonly kind: FaultKind;
}

/** In the order in which they are injected. Empty for an undisturbed run. */
export type Case = readonly Fault[];

/** What a fault does, as a clause of a story: "killed before item 3 was pushed". */
export const faultPhrases: Readonly<Record<FaultKind, string>> = {
  warm: 'moved by a warm handoff',
  cold: 'moved by a cold handoff',
  kill: 'killed',
  frozen: 'frozen, replaced and thawed later',
  'lost-answer': 'the response was lost',
  'sent-twice': 'the request was sent twice',
  deaf: 'its events websocket was dropped and it was moved without notice',
  'platform-kill': 'the platform was killed and restarted',
  burst: 'a burst of 429 and 5xx responses began',
  slow: 'the storage became slow',
};

const responseFaults: readonly FaultKind[] = ['lost-answer', 'sent-twice'];

/**
 * The sides of a write at which a kind of fault is injected. Empty where the fault would show nothing:
 *
 * - A fault in the response has no "before". A refused or delayed call has no "after": that would be a lost response.
 * - The prover does not respond in place of servers outside.
 * - If the response to a lock call is lost, the requests stay locked for three minutes before the crawl continues. The
 *   prover would take that for a run that hangs, in the time of a hundred other cases.
 */
export function sidesOf(kind: FaultKind, type: WriteType): readonly Side[] {
  if (responseFaults.includes(kind)) return type === 'outside' || type === 'lock' ? [] : ['after'];
  if (kind === 'burst' && type === 'outside') return [];
  return kind === 'slow' || kind === 'burst' ? ['before'] : ['before', 'after'];
}

/** `kill@push#17:after`, several joined by `+`: the form of `--replay`. */
export const caseText = (faults: Case): string =>
  faults.map(({ kind, type, ordinal, side }) => `${kind}@${type}#${ordinal}:${side}`).join('+');

/** @throws RangeError whose message says what is wrong with the text */
export function parseCase(text: string): Case {
  return text.split('+').map((part) => {
    const match = /^([a-z-]+)@([a-z]+)#([1-9]\d*):(before|after)$/.exec(part.trim());
    if (match === null) throw new RangeError(`"${part}" is not a fault. Write it in the form kill@push#17:after`);
    const [, kind, type, ordinal, side] = match;
    if (!faultKinds.includes(kind as FaultKind)) {
      throw new RangeError(`"${kind}" is not a kind of fault. Use one of: ${faultKinds.join(', ')}`);
    }
    if (!writeTypes.includes(type as WriteType)) {
      throw new RangeError(`"${type}" is not a type of write. Use one of: ${writeTypes.join(', ')}`);
    }
    return { kind: kind as FaultKind, type: type as WriteType, ordinal: Number(ordinal), side: side as Side };
  });
}
