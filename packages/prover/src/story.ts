/** What happened in a failing run, in a sentence. */
import { happenings, type Side } from './fault.ts';
import { type Finding, findingText } from './finding.ts';
import type { FaultEvent, Timeline } from './timeline.ts';

/** `clean`: the timeline of an undisturbed run, which tells what would have come next. */
export function storyOf(timeline: Timeline, findings: readonly Finding[], clean: Timeline): string {
  const strikes = timeline.faults().map((event) => strikeText(event, timeline, clean));
  const first = findings.find(({ failure }) => failure !== 'wasted') ?? findings[0];
  const more = findings.filter(({ failure }) => failure !== 'wasted').length - 1;
  const result = first === undefined ? 'nothing was wrong' : findingText(first);
  return `${capital(strikes.join('; then '))}: ${result}${more > 0 ? `, and ${more} more like it` : ''}.`;
}

const verbs: Readonly<Record<FaultEvent['fault']['kind'], string>> = {
  ...happenings,
  'lost-answer': 'the answer was lost',
  'sent-twice': 'the request was sent twice',
};

function strikeText({ fault, attempt, lastWrite }: FaultEvent, timeline: Timeline, clean: Timeline): string {
  const here = textAt(timeline, fault.type, fault.ordinal, attempt) ?? `${fault.type} ${fault.ordinal}`;
  if (fault.kind === 'lost-answer' || fault.kind === 'sent-twice') return `${verbs[fault.kind]} when ${here}`;
  const [before, after] = neighbours(fault.side, here, lastWrite, nextIn(clean, fault));
  return [verbs[fault.kind], before && `after ${before}`, before && after && 'and', after && `before ${after}`]
    .filter(Boolean)
    .join(' ');
}

/** What had happened, and what had not. */
function neighbours(side: Side, here: string, last: string | undefined, next: string | undefined) {
  return side === 'before' ? [last, here] : [here, next];
}

function textAt(timeline: Timeline, type: string, ordinal: number, attempt: number): string | undefined {
  const writes = timeline.writes().filter((write) => write.type === type);
  return (writes.find((write) => write.ordinal >= ordinal && write.attempt === attempt) ?? writes.at(ordinal - 1))
    ?.text;
}

/** The write that follows in the undisturbed run. */
function nextIn(clean: Timeline, { type, ordinal }: FaultEvent['fault']): string | undefined {
  const writes = clean.writes();
  const index = writes.findIndex((write) => write.type === type && write.ordinal === ordinal);
  return index === -1 ? undefined : writes[index + 1]?.text;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
