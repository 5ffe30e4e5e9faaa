/** A fault, and the case that is made of faults: what one run goes through. */
import { type WriteType, writeTypes } from './write.ts';

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

/** Where a fault strikes: at the write of its type with this number, of all that the run makes, from 1. */
interface Point {
  readonly type: WriteType;
  readonly ordinal: number;
  readonly side: Side;
}

export interface Fault extends Point {
  readonly kind: FaultKind;
}

/** In the order in which they strike. Empty for an undisturbed run. */
export type Case = readonly Fault[];

/** What happens, in the words of a story: "killed before item 3 was pushed". */
export const happenings: Readonly<Record<FaultKind, string>> = {
  warm: 'moved by a warm handoff',
  cold: 'moved by a cold handoff',
  kill: 'killed',
  frozen: 'frozen, replaced and thawed later',
  'lost-answer': 'the answer was lost',
  'sent-twice': 'the request was sent twice',
  deaf: 'its events websocket was dropped and it was moved unheard',
  'platform-kill': 'the platform was killed and restarted',
  burst: 'a burst of 429 and 5xx answers came',
  slow: 'the storage became slow',
};

const ofAnswers: readonly FaultKind[] = ['lost-answer', 'sent-twice'];

/**
 * On which sides of such a write a kind of fault strikes; on none where it would tell nothing.
 *
 * What happens to an answer has no "before". What is refused, or late, has no "after": that would be a lost answer. The prover does not stand for who answers outside. Requests that were taken
 * by a call of which the answer is lost stay locked for three minutes, and the crawl then goes on: that would be seen as
 * a run that hangs, and costs the time of a hundred other cases.
 */
export function sidesOf(kind: FaultKind, type: WriteType): readonly Side[] {
  if (ofAnswers.includes(kind)) return type === 'outside' || type === 'lock' ? [] : ['after'];
  if (kind === 'burst' && type === 'outside') return [];
  return kind === 'slow' || kind === 'burst' ? ['before'] : ['before', 'after'];
}

/** `kill@push#17:after`, joined by `+`: what `--replay` takes. */
export const caseText = (faults: Case): string =>
  faults.map(({ kind, type, ordinal, side }) => `${kind}@${type}#${ordinal}:${side}`).join('+');

/** @throws RangeError that says what is wrong with the text */
export function parseCase(text: string): Case {
  return text.split('+').map((part) => {
    const match = /^([a-z-]+)@([a-z]+)#([1-9]\d*):(before|after)$/.exec(part.trim());
    if (match === null) throw new RangeError(`"${part}" is no fault; one looks like kill@push#17:after`);
    const [, kind, type, ordinal, side] = match;
    if (!faultKinds.includes(kind as FaultKind)) {
      throw new RangeError(`there is no fault "${kind}"; there are ${faultKinds.join(', ')}`);
    }
    if (!writeTypes.includes(type as WriteType)) {
      throw new RangeError(`there is no write "${type}"; there are ${writeTypes.join(', ')}`);
    }
    return { kind: kind as FaultKind, type: type as WriteType, ordinal: Number(ordinal), side: side as Side };
  });
}
