/** What happened in a failing run, in a sentence. */
import { happenings, type Side } from './fault.ts';
import { type Finding, findingText } from './finding.ts';
import { type FaultEvent, isTelling, type Timeline } from './timeline.ts';

/** `clean`: the timeline of an undisturbed run, which tells what would have come next. */
export function storyOf(timeline: Timeline, findings: readonly Finding[], clean: Timeline): string {
  const strikes = timeline.faults().map((event) => strikeText(event, timeline, clean));
  return `${capital(strikes.join('; then '))}: ${resultText(findings)}.`;
}

/** The first finding in full, and how many there are besides. */
function resultText(findings: readonly Finding[]): string {
  const counted = findings.filter(({ failure }) => failure !== 'wasted');
  const first = counted[0] ?? findings[0];
  if (first === undefined) return 'nothing was wrong';
  const alike = counted.filter(({ failure }) => failure === first.failure).length - 1;
  const others = counted.length - 1 - alike;
  return [
    findingText(first),
    ...(alike > 0 ? [`and ${alike} more like it`] : []),
    ...(others > 0 ? [`and ${others} of another kind`] : []),
  ].join(', ');
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

/** The write that follows in the undisturbed run, and tells most: of a result its mark, else what is no housekeeping. */
function nextIn(clean: Timeline, { type, ordinal }: FaultEvent['fault']): string | undefined {
  const writes = clean.writes();
  const index = writes.findIndex((write) => write.type === type && write.ordinal === ordinal);
  if (index === -1) return undefined;
  const later = writes.slice(index + 1);
  const mark = type === 'push' ? later.find((write) => write.type === 'handled') : undefined;
  return (mark ?? later.find((write) => isTelling(write.type)) ?? later[0])?.text;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
