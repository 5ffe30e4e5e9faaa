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
export interface Point {
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

/** What happens to an answer, or to a request that was made, has no "before". */
export const sidesOf = (kind: FaultKind): readonly Side[] => {
  if (kind === 'lost-answer' || kind === 'sent-twice') return ['after'];
  return kind === 'slow' ? ['before'] : ['before', 'after'];
};

/** What the prover can do to requests to the outside: it holds them, but does not stand for who answers them. */
export const mayStrikeOutside = (kind: FaultKind): boolean => !['lost-answer', 'sent-twice', 'burst'].includes(kind);

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
