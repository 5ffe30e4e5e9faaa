/** Describes a failing run in one sentence: what the faults did, and what is wrong with the results. */
import { type Finding, findingText } from './comparison/finding.ts';
import { faultPhrases, type Side } from './faults/fault.ts';
import { type FaultEvent, isTelling, type Timeline } from './faults/timeline.ts';

/** `clean`: the timeline of an undisturbed run, which shows what would have come next. */
export function storyOf(timeline: Timeline, findings: readonly Finding[], clean: Timeline): string {
  const faults = timeline.faults().map((event) => faultText(event, timeline, clean));
  return `${capitalized(faults.join('; then '))}: ${resultText(findings)}.`;
}

/** The first finding in full, and the number of the others. */
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

function faultText({ fault, attempt, lastWrite }: FaultEvent, timeline: Timeline, clean: Timeline): string {
  const phrase = faultPhrases[fault.kind];
  const here = textAt(timeline, fault.type, fault.ordinal, attempt) ?? `${fault.type} ${fault.ordinal}`;
  if (fault.kind === 'lost-answer' || fault.kind === 'sent-twice') return `${phrase} when ${here}`;
  const [before, after] = neighbours(fault.side, here, lastWrite, nextIn(clean, fault));
  return [phrase, before && `after ${before}`, before && after && 'and', after && `before ${after}`]
    .filter(Boolean)
    .join(' ');
}

/** The write that had happened before the fault, and the one that had not happened yet. */
function neighbours(side: Side, here: string, last: string | undefined, next: string | undefined) {
  return side === 'before' ? [last, here] : [here, next];
}

function textAt(timeline: Timeline, type: string, ordinal: number, attempt: number): string | undefined {
  const writes = timeline.writes().filter((write) => write.type === type);
  return (writes.find((write) => write.ordinal >= ordinal && write.attempt === attempt) ?? writes.at(ordinal - 1))
    ?.text;
}

/**
 * The most telling later write of the undisturbed run: for a pushed item its mark, else the next write that is telling.
 */
function nextIn(clean: Timeline, { type, ordinal }: FaultEvent['fault']): string | undefined {
  const writes = clean.writes();
  const index = writes.findIndex((write) => write.type === type && write.ordinal === ordinal);
  if (index === -1) return undefined;
  const later = writes.slice(index + 1);
  const mark = type === 'push' ? later.find((write) => write.type === 'handled') : undefined;
  return (mark ?? later.find((write) => isTelling(write.type)) ?? later[0])?.text;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
