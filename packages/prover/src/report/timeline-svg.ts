/**
 * Draws a run: a row for each attempt, a mark for each write, a line for each fault. The horizontal axis is the order
 * of events, not time, because the events of a story often happen within one millisecond.
 */
import type { Finding } from '../comparison/finding.ts';
import type { TimelineEvent, WriteEvent } from '../faults/timeline.ts';
import type { WriteType } from '../proxy/write.ts';
import { escaped } from './report.ts';

const rowHeight = 64;
const stepWidth = 18;
const left = 86;
const top = 46;
const legendHeight = 34;
/** Events further away from a fault than this are not drawn. */
const maxDistance = 40;

const colours: Partial<Record<WriteType, string>> = {
  push: '#2f6fdb',
  record: '#8a4fd0',
  handled: '#1b8a5a',
  add: '#58a0a8',
  charge: '#c77700',
  start: '#b0418f',
  commit: '#17794a',
  outside: '#7a5c3e',
};
const otherColour = '#8a94a3';

export function timelineSvg(events: readonly TimelineEvent[], findings: readonly Finding[]): string {
  const shown = eventsToDraw(events);
  const attempts = [...new Set(shown.map(({ attempt }) => attempt))].sort((one, other) => one - other);
  const rowOf = (attempt: number) => top + attempts.indexOf(attempt) * rowHeight;
  const width = left + shown.length * stepWidth + 40;
  const height = top + attempts.length * rowHeight + legendHeight;
  const marks = shown.map((event, index) =>
    markOf(event, left + index * stepWidth + stepWidth / 2, rowOf(event.attempt), {
      findings,
      bottom: height - legendHeight,
    }),
  );
  const rows = attempts.map(
    (attempt) =>
      `<rect x="0" y="${rowOf(attempt)}" width="${width}" height="${rowHeight - 6}" rx="4" fill="var(--row)"/><text x="8" y="${rowOf(attempt) + 34}">attempt ${attempt}</text>`,
  );
  const types = new Set(shown.flatMap((event) => (event.kind === 'write' ? [event.type] : [])));
  return `<svg role="img" aria-label="timeline" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">${rows.join('')}${marks.join('')}${legend([...types], height - 12)}</svg>`;
}

/** The start of each attempt, and the events near a fault; all events when there is no fault. */
function eventsToDraw(events: readonly TimelineEvent[]): TimelineEvent[] {
  const faults = events.flatMap((event, index) => (event.kind === 'fault' ? [index] : []));
  return events.filter(
    (event, index) =>
      event.kind === 'attempt' || faults.length === 0 || faults.some((fault) => Math.abs(index - fault) <= maxDistance),
  );
}

interface Surroundings {
  readonly findings: readonly Finding[];
  readonly bottom: number;
}

function markOf(event: TimelineEvent, x: number, y: number, { findings, bottom }: Surroundings): string {
  const middle = y + rowHeight / 2 - 3;
  switch (event.kind) {
    case 'write': {
      const isNamed = findings.some(({ what }) => isAbout(what, event));
      const colour = colours[event.type] ?? otherColour;
      const isDone = event.outcome === 'done';
      const title = `<title>${escaped(`${event.type} ${event.ordinal}, ${event.atMs} ms, ${event.outcome}: ${event.text}`)}</title>`;
      const ring = isNamed
        ? `<circle cx="${x}" cy="${middle}" r="10" fill="none" stroke="var(--bad)" stroke-width="2.5"/>`
        : '';
      return `<g>${title}${ring}<circle cx="${x}" cy="${middle}" r="6" fill="${isDone ? colour : 'none'}" stroke="${colour}" stroke-width="2"/></g>`;
    }
    case 'fault':
      return `<g><title>${escaped(`${event.fault.kind} at ${event.atMs} ms`)}</title><line x1="${x}" y1="${top - 8}" x2="${x}" y2="${bottom}" stroke="var(--bad)" stroke-width="2" stroke-dasharray="5 3"/><text x="${x}" y="${top - 14}" text-anchor="middle" style="fill: var(--bad); font-weight: 600">${event.fault.kind}</text></g>`;
    case 'migrating':
      return `<text x="${x}" y="${middle + 5}" text-anchor="middle"><title>migrating was sent, ${event.atMs} ms</title>⚑</text>`;
    case 'attempt':
      return `<path d="M${x - 5} ${middle - 7} l10 7 l-10 7 z" fill="var(--dim)"><title>attempt ${event.attempt} starts, ${event.atMs} ms</title></path>`;
    case 'note':
      return `<text x="${x}" y="${middle + 5}" text-anchor="middle"><title>${escaped(`${event.text}, ${event.atMs} ms`)}</title>•</text>`;
  }
}

const nouns: Partial<Record<WriteType, RegExp>> = {
  push: /^item /,
  handled: /^handled request /,
  record: /^record /,
  charge: /^charge /,
  start: /^child run /,
  outside: /^[A-Z]+ /,
};

/** Whether the finding is about the result of this write: both texts contain the value of the result. */
function isAbout(what: string, { type, text, outcome }: WriteEvent): boolean {
  if (outcome !== 'done' && outcome !== 'unknown') return false;
  if (nouns[type]?.test(what) !== true) return false;
  const value = /^(?:item|request|record|event|child run with input) (.+?) (?:was|were)\b/.exec(text)?.[1];
  return value === undefined ? text.startsWith(what) : what.includes(value.replace(/…$/, ''));
}

function legend(types: readonly WriteType[], y: number): string {
  let x = left;
  const entries = types.map((type) => {
    const entry = `<circle cx="${x}" cy="${y - 4}" r="5" fill="${colours[type] ?? otherColour}"/><text x="${x + 9}" y="${y}">${type}</text>`;
    x += 30 + type.length * 7;
    return entry;
  });
  return `${entries.join('')}<circle cx="${x}" cy="${y - 4}" r="7" fill="none" stroke="var(--bad)" stroke-width="2"/><text x="${x + 12}" y="${y}">wrong in the results</text>`;
}
