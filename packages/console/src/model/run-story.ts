/** What has happened to a run, in words. Pure. */

import { formatDuration } from './format.ts';
import {
  type AttemptEnd,
  handoffWords,
  phasesOf,
  type TimelineAttempt,
  type TimelineHandoff,
} from './timeline-phases.ts';

export interface RunEvent {
  readonly atMs: number;
  readonly text: string;
  /** Of what it is: a handoff, or a failure. */
  readonly tone: 'move' | 'failed' | 'ok' | 'ended';
}

interface RunTimes {
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly status: string;
  readonly statusMessage: string | null;
}

/** The newest first. */
export function storyOf(
  { startedAtMs, finishedAtMs, status, statusMessage }: RunTimes,
  attempts: readonly TimelineAttempt[],
  handoffs: readonly TimelineHandoff[],
): readonly RunEvent[] {
  const events: RunEvent[] = [{ atMs: startedAtMs, text: 'The run was started.', tone: 'ended' }];
  for (const { attempt, fencedAtMs, end } of phasesOf(attempts, handoffs, finishedAtMs ?? startedAtMs)) {
    const { number, serverId, createdAtMs, reason } = attempt;
    const because = reason === 'start' ? '' : ` (${reasonWords(reason)})`;
    events.push({ atMs: createdAtMs!, text: `Attempt ${number} was started on ${serverId}${because}.`, tone: 'ended' });
    if (fencedAtMs !== null) events.push({ atMs: fencedAtMs, text: `Attempt ${number} was fenced.`, tone: 'move' });
    events.push(...eventsOfEnd(number, end));
  }
  for (const handoff of handoffs) events.push(...eventsOfHandoff(handoff));
  if (finishedAtMs !== null) {
    const message = statusMessage === null || statusMessage === '' ? '' : `: ${statusMessage}`;
    const tone = status === 'SUCCEEDED' ? 'ok' : status === 'ABORTED' ? 'ended' : 'failed';
    events.push({ atMs: finishedAtMs, text: `The run ended ${status}${message}`, tone });
  }
  // What happened at one time stays in the order in which it follows.
  return events.sort((a, b) => a.atMs - b.atMs).reverse();
}

/** Of an attempt's own end: the run may have been resurrected after it, so that no end of the run says it. */
function eventsOfEnd(number: number, end: AttemptEnd): RunEvent[] {
  if (end.kind === 'open' || end.kind === 'replaced') return [];
  const { kind, atMs } = end;
  if (kind === 'lost') return [{ atMs, text: `Attempt ${number} was lost.`, tone: 'failed' }];
  const how = kind === 'unknown' ? '' : `: ${end.text}`;
  return [{ atMs, text: `Attempt ${number} ended${how}.`, tone: kind === 'failed' ? 'failed' : 'ended' }];
}

const reasons: Readonly<Record<string, string>> = {
  lost: 'server lost',
  restart: 'restart after an error',
  resurrect: 'the run was resurrected',
};

/** Why an attempt was started, or a run handed over. */
export const reasonWords = (reason: string): string => reasons[reason] ?? reason;

const requestWords = ({ mode, reason }: TimelineHandoff): string =>
  mode === 'lost' || reason !== 'migration' ? reasonWords(reason) : `${mode}, ${reasonWords(reason)}`;

function eventsOfHandoff(handoff: TimelineHandoff): RunEvent[] {
  const { requestedAtMs, drainStartedAtMs, firstCallAtMs, fromAttempt, toAttempt, phase } = handoff;
  const events: RunEvent[] = [];
  const add = (atMs: number | null, text: string) => {
    if (atMs !== null) events.push({ atMs, text, tone: 'move' });
  };
  add(requestedAtMs, `A handoff from attempt ${fromAttempt} was requested (${requestWords(handoff)}).`);
  if (phase === 'cancelled') add(requestedAtMs, `The handoff from attempt ${fromAttempt} was cancelled.`);
  add(drainStartedAtMs, `Attempt ${fromAttempt} was told to migrate, and drains.`);
  if (toAttempt !== null) {
    add(firstCallAtMs, `Attempt ${toAttempt} made its first call: ${handoffWords(handoff, formatDuration)}.`);
  }
  return events;
}
