/**
 * Where the attempts of a run are drawn: a pure function from what is known of a run to shapes. The component only draws
 * them.
 *
 * [timeline-2] a phase is never drawn narrower than 2 px; where many attempts fall together they become a band with a count.
 * [timeline-3] above 12 lanes, those without an attempt that is active or waiting fold into one, the least recently used
 *     first.
 * [timeline-4] of any number of handoffs, only so many lines are drawn as an eye can tell apart: those between the same lanes
 *     that are close to each other are one, with a count.
 */

import { formatDuration } from './format.ts';
import {
  type AttemptEnd,
  type AttemptPhases,
  handoffWords,
  lastKnownMs,
  type PhaseName,
  phasesOf,
  type TimelineAttempt,
  type TimelineHandoff,
  type TimelineSample,
} from './timeline-phases.ts';
import { chartsOf, type TimelineChart } from './timeline-samples.ts';
import { type Tick, type TimelineWindow, ticksOf } from './timeline-ticks.ts';

export interface TimelineLane {
  readonly key: string;
  /** The server, or how many lanes are folded into this one. */
  readonly title: string;
  readonly serverIds: readonly string[];
  readonly y: number;
  readonly height: number;
  readonly isFolded: boolean;
}

interface PhaseShape {
  readonly name: PhaseName;
  readonly x: number;
  readonly width: number;
}

export interface TimelineBar {
  readonly attempt: number;
  readonly serverId: string;
  readonly y: number;
  readonly height: number;
  readonly x: number;
  readonly width: number;
  readonly phases: readonly PhaseShape[];
  /** Where the red edge is. */
  readonly fenceX: number | null;
  readonly end: AttemptEnd;
  readonly endX: number | null;
  /** Where the attempt's number has room. */
  readonly labelX: number | null;
}

interface TimelineBand {
  readonly key: string;
  readonly y: number;
  readonly height: number;
  readonly x: number;
  readonly width: number;
  readonly count: number;
  readonly firstAttempt: number;
  readonly lastAttempt: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Words {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
  readonly text: string;
}

export interface TimelineLink {
  readonly id: string;
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly isUnderWay: boolean;
  /** How many handoffs fall together here. */
  readonly count: number;
  /** Undefined where there is no room; pointing at the line says its `text`. */
  readonly words: Words | undefined;
  readonly text: string;
}

export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  readonly plotX: number;
  readonly plotWidth: number;
  readonly window: TimelineWindow;
  /** Of all attempts, also of those that the window does not have. */
  readonly phases: readonly AttemptPhases[];
  readonly lanes: readonly TimelineLane[];
  readonly bars: readonly TimelineBar[];
  readonly bands: readonly TimelineBand[];
  readonly links: readonly TimelineLink[];
  readonly charts: readonly TimelineChart[];
  readonly ticks: readonly (Tick & { readonly x: number })[];
  /** Where the axis is. */
  readonly axisY: number;
}

interface LayoutOptions {
  readonly nowMs: number;
  /** Shows every lane. */
  readonly isUnfolded?: boolean;
}

const maxLanes = 12;
const narrowPx = 560;
const sizes = { top: 10, bar: 24, pad: 5, words: 17, axis: 30, end: 28 } as const;
const minPhasePx = 2;
/** Attempts that are narrower than this, and as close to each other, fall together. */
const bandPx = 7;
const bandGapPx = 3;
/** Of the font in which words are drawn, on average. */
const charPx = 6.1;

/** @param window what is shown; times outside of it are cut */
export function layoutTimeline(
  attempts: readonly TimelineAttempt[],
  handoffs: readonly TimelineHandoff[],
  samples: readonly TimelineSample[],
  window: TimelineWindow,
  width: number,
  { nowMs, isUnfolded = false }: LayoutOptions = { nowMs: window.toMs },
): TimelineLayout {
  const plotX = width < narrowPx ? 76 : 112;
  const plotWidth = Math.max(40, width - plotX - sizes.end);
  const lengthMs = Math.max(1, window.toMs - window.fromMs);
  const xOf = (ms: number) => plotX + ((ms - window.fromMs) / lengthMs) * plotWidth;
  const scale: Scale = { window, xOf, left: plotX, right: plotX + plotWidth };
  const phases = phasesOf(attempts, handoffs, nowMs);
  const places = placeLanes(phases, isUnfolded);
  const { bars, bands } = shapesOf(phases, places, scale);
  const links = linksOf(handoffs, phases, places, scale);
  const lanesEnd = places.lanes.reduce<number>((end, lane) => Math.max(end, lane.y + lane.height), sizes.top);
  const { charts, endY } = chartsOf(samples, {
    window,
    xOf,
    left: plotX,
    right: scale.right,
    y: lanesEnd + sizes.words,
  });
  return {
    width,
    height: endY + sizes.axis,
    plotX,
    plotWidth,
    window,
    phases,
    lanes: places.lanes,
    bars,
    bands,
    links,
    charts,
    ticks: ticksOf(window, Math.floor(plotWidth / 84)).map((tick) => ({ ...tick, x: xOf(tick.atMs) })),
    axisY: endY,
  };
}

/** All that there is of a run, with a little room at the end while it is at work. */
export function wholeWindow(
  attempts: readonly TimelineAttempt[],
  handoffs: readonly TimelineHandoff[],
  nowMs: number,
): TimelineWindow {
  const isAtWork = attempts.some(({ phase }) => phase === 'active' || phase === 'waiting');
  const fromMs = attempts.reduce(
    (first, { createdAtMs }) => Math.min(first, createdAtMs ?? first),
    Number.POSITIVE_INFINITY,
  );
  if (fromMs === Number.POSITIVE_INFINITY) return { fromMs: nowMs - 60_000, toMs: nowMs };
  const lastMs = lastKnownMs(attempts, handoffs);
  const toMs = isAtWork ? Math.max(lastMs, nowMs) : lastMs;
  const length = Math.max(1000, toMs - fromMs);
  return { fromMs, toMs: fromMs + length * (isAtWork ? 1.02 : 1.01) };
}

interface Scale {
  readonly window: TimelineWindow;
  readonly xOf: (ms: number) => number;
  readonly left: number;
  readonly right: number;
}

interface Places {
  readonly lanes: readonly TimelineLane[];
  /** By the number of the attempt: the top of its bar. */
  readonly barY: ReadonlyMap<number, number>;
  readonly laneOf: ReadonlyMap<number, TimelineLane>;
}

interface LaneDraft {
  readonly serverIds: string[];
  readonly phases: AttemptPhases[];
}

/** Lanes in the order in which servers were used first. */
function placeLanes(phases: readonly AttemptPhases[], isUnfolded: boolean): Places {
  const drafts = new Map<string, LaneDraft>();
  for (const each of phases.toSorted((a, b) => a.fromMs - b.fromMs || a.attempt.number - b.attempt.number)) {
    const { serverId } = each.attempt;
    if (!drafts.has(serverId)) drafts.set(serverId, { serverIds: [serverId], phases: [] });
    drafts.get(serverId)!.phases.push(each);
  }
  const all = [...drafts.values()];
  const folded = isUnfolded ? new Set<LaneDraft>() : foldedOf(all);
  const shown = all.filter((draft) => !folded.has(draft));
  if (folded.size > 0) {
    const rest = [...folded];
    shown.push({
      serverIds: rest.flatMap(({ serverIds }) => serverIds),
      phases: rest.flatMap((draft) => draft.phases).sort((a, b) => a.fromMs - b.fromMs),
    });
  }
  const lanes: TimelineLane[] = [];
  const barY = new Map<number, number>();
  const laneOf = new Map<number, TimelineLane>();
  let y: number = sizes.top;
  for (const draft of shown) {
    const isFolded = draft.serverIds.length > 1;
    const { tracks, trackOf } = isFolded ? oneTrack : tracksOf(draft.phases);
    const height = tracks * (sizes.bar + sizes.pad) + sizes.pad;
    const title = isFolded ? `${draft.serverIds.length} more` : draft.serverIds[0]!;
    const lane = { key: title, title, serverIds: draft.serverIds, y, height, isFolded };
    lanes.push(lane);
    for (const { attempt } of draft.phases) {
      barY.set(attempt.number, y + sizes.pad + (trackOf.get(attempt.number) ?? 0) * (sizes.bar + sizes.pad));
      laneOf.set(attempt.number, lane);
    }
    y += height + sizes.words;
  }
  return { lanes, barY, laneOf };
}

const oneTrack = { tracks: 1, trackOf: new Map<number, number>() };

/** [timeline-3] */
function foldedOf(lanes: readonly LaneDraft[]): Set<LaneDraft> {
  if (lanes.length <= maxLanes) return new Set();
  const isAtWork = ({ phases }: LaneDraft) => phases.some(({ end }) => end.kind === 'open');
  const lastUse = ({ phases }: LaneDraft) => phases.reduce((last, { toMs }) => Math.max(last, toMs), 0);
  const idle = lanes.filter((lane) => !isAtWork(lane)).sort((a, b) => lastUse(b) - lastUse(a));
  const room = Math.max(0, maxLanes - 1 - (lanes.length - idle.length));
  return new Set(idle.slice(room));
}

/** Attempts of one server that overlap, as in a move within it, are drawn below each other, in three rows at most. */
function tracksOf(phases: readonly AttemptPhases[]): { tracks: number; trackOf: Map<number, number> } {
  const ends: number[] = [];
  const trackOf = new Map<number, number>();
  for (const { attempt, fromMs, toMs } of phases) {
    const free = ends.findIndex((end) => end <= fromMs);
    const track = free >= 0 ? free : Math.min(ends.length, 2);
    ends[track] = Math.max(toMs, free >= 0 ? 0 : (ends[track] ?? 0));
    trackOf.set(attempt.number, track);
  }
  return { tracks: Math.max(1, ends.length), trackOf };
}

interface Shapes {
  readonly bars: TimelineBar[];
  readonly bands: TimelineBand[];
}

function shapesOf(phases: readonly AttemptPhases[], { lanes, barY, laneOf }: Places, scale: Scale): Shapes {
  const rows = new Map<string, AttemptPhases[]>();
  for (const each of phases) {
    if (each.toMs < scale.window.fromMs || each.fromMs > scale.window.toMs) continue;
    const key = `${lanes.indexOf(laneOf.get(each.attempt.number)!)}/${barY.get(each.attempt.number)}`;
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key)!.push(each);
  }
  const shapes: Shapes = { bars: [], bands: [] };
  for (const row of rows.values()) {
    row.sort((a, b) => a.fromMs - b.fromMs);
    const y = barY.get(row[0]!.attempt.number)!;
    for (const group of groupsOf(row, scale)) {
      if (group.length > 2) shapes.bands.push(bandOf(group, y, scale));
      else for (const each of group) shapes.bars.push(barOf(each, y, scale));
    }
  }
  return shapes;
}

/** [timeline-2] attempts that are next to each other and too narrow to be told apart. */
function groupsOf(row: readonly AttemptPhases[], { xOf }: Scale): AttemptPhases[][] {
  const groups: AttemptPhases[][] = [];
  let isOpen = false;
  let endX = Number.NEGATIVE_INFINITY;
  for (const each of row) {
    const x = xOf(each.fromMs);
    const isNarrow = xOf(each.toMs) - x < bandPx;
    if (isNarrow && isOpen && x - endX < bandGapPx) groups.at(-1)!.push(each);
    else groups.push([each]);
    isOpen = isNarrow;
    endX = Math.max(x + each.phases.length * minPhasePx, xOf(each.toMs));
  }
  return groups;
}

function bandOf(group: readonly AttemptPhases[], y: number, scale: Scale): TimelineBand {
  const fromMs = group[0]!.fromMs;
  const toMs = group.reduce((last, each) => Math.max(last, each.toMs), fromMs);
  const x = Math.max(scale.left, scale.xOf(fromMs));
  const numbers = group.map(({ attempt }) => attempt.number).sort((a, b) => a - b);
  return {
    key: `${numbers[0]}-${y}`,
    y,
    height: sizes.bar,
    x,
    width: Math.max(minPhasePx, Math.min(scale.right, scale.xOf(toMs)) - x),
    count: group.length,
    firstAttempt: numbers[0]!,
    lastAttempt: numbers.at(-1)!,
    fromMs,
    toMs,
  };
}

function barOf(
  { attempt, phases, fencedAtMs, end, fromMs, toMs }: AttemptPhases,
  y: number,
  scale: Scale,
): TimelineBar {
  const { xOf, left, right, window } = scale;
  const shapes: PhaseShape[] = [];
  let nextX = Math.max(left, xOf(fromMs));
  const startX = nextX;
  for (const { name, fromMs: from, toMs: to } of phases) {
    if (to < window.fromMs || from > window.toMs) continue;
    const x = Math.max(nextX, xOf(from));
    const width = Math.max(minPhasePx, Math.min(right, xOf(to)) - x);
    shapes.push({ name, x, width });
    nextX = x + width;
  }
  const isIn = (ms: number) => ms >= window.fromMs && ms <= window.toMs;
  const digits = String(attempt.number).length;
  const labelled = shapes.find(({ name, width }) => name === 'active' && width > 12 + digits * 8);
  return {
    attempt: attempt.number,
    serverId: attempt.serverId,
    y,
    height: sizes.bar,
    x: startX,
    width: nextX - startX,
    phases: shapes,
    fenceX: fencedAtMs !== null && isIn(fencedAtMs) ? Math.max(nextX, xOf(fencedAtMs)) : null,
    end,
    endX: isIn(toMs) ? nextX : null,
    labelX: labelled === undefined ? null : labelled.x + 8,
  };
}

/** Two lines in the same pixels, between the same lanes, are one with a count [timeline-4]. */
const linkGapPx = 3;
const mostLinks = 160;

function linksOf(
  handoffs: readonly TimelineHandoff[],
  phases: readonly AttemptPhases[],
  places: Places,
  scale: Scale,
): TimelineLink[] {
  const drawn = drawnLinks(handoffs, phases, places.barY, scale);
  const pairs = new Set(drawn.map(betweenOf)).size;
  const gapPx = Math.max(linkGapPx, ((scale.right - scale.left) * pairs) / mostLinks);
  const rooms = new Rooms(scale);
  /** The last line by the heights of both ends. */
  const lastBetween = new Map<string, number>();
  const links: TimelineLink[] = [];
  for (const { handoff, from, to } of drawn) {
    const between = betweenOf({ from, to });
    const before = lastBetween.get(between);
    if (before !== undefined && isNear(links[before]!, { from, to }, gapPx)) {
      links[before] = { ...links[before]!, count: links[before]!.count + 1 };
      continue;
    }
    lastBetween.set(between, links.length);
    const text = handoffWords(handoff, formatDuration);
    links.push({ id: handoff.id, from, to, isUnderWay: handoff.phase !== 'done', count: 1, words: undefined, text });
  }
  const laneOfLink = new Map(drawn.map(({ handoff }) => [handoff.id, places.laneOf.get(handoff.fromAttempt)!]));
  return links.map((link) => {
    if (link.count > 1) return { ...link, text: `${link.count} handoffs` };
    const { y, height } = laneOfLink.get(link.id)!;
    return { ...link, words: rooms.take(link.text, link.from[0], y + height + sizes.words - 5) };
  });
}

interface DrawnLink {
  readonly handoff: TimelineHandoff;
  readonly from: TimelineLink['from'];
  readonly to: TimelineLink['to'];
}

/** The ends of each handoff that the window has. */
function drawnLinks(
  handoffs: readonly TimelineHandoff[],
  phases: readonly AttemptPhases[],
  barY: Places['barY'],
  scale: Scale,
): DrawnLink[] {
  const byNumber = new Map(phases.map((each) => [each.attempt.number, each]));
  const clampX = (ms: number) => Math.min(scale.right, Math.max(scale.left, scale.xOf(ms)));
  return handoffs.flatMap((handoff) => {
    const source = byNumber.get(handoff.fromAttempt);
    const target = handoff.toAttempt === null ? undefined : byNumber.get(handoff.toAttempt);
    const fenceMs = source?.fencedAtMs ?? null;
    if (target === undefined || fenceMs === null || handoff.phase === 'cancelled') return [];
    const workMs = Math.max(fenceMs, handoff.firstCallAtMs ?? target.attempt.activatedAtMs ?? fenceMs);
    if (workMs < scale.window.fromMs || fenceMs > scale.window.toMs) return [];
    const [sourceY, targetY] = [barY.get(handoff.fromAttempt)!, barY.get(handoff.toAttempt!)!];
    const isDown = targetY >= sourceY;
    const from = [clampX(fenceMs), sourceY + (isDown ? sizes.bar : 0)] as const;
    const to = [clampX(workMs), targetY + (isDown && targetY !== sourceY ? 0 : sizes.bar)] as const;
    return [{ handoff, from, to }];
  });
}

const betweenOf = ({ from, to }: Pick<DrawnLink, 'from' | 'to'>): string => `${from[1]} ${to[1]}`;

const isNear = (link: TimelineLink, { from, to }: Pick<DrawnLink, 'from' | 'to'>, gapPx: number): boolean =>
  Math.abs(link.from[0] - from[0]) < gapPx && Math.abs(link.to[0] - to[0]) < gapPx;

/** The room for words below each lane. */
class Rooms {
  readonly #scale: Scale;
  readonly #taken = new Map<number, [from: number, to: number][]>();

  constructor(scale: Scale) {
    this.#scale = scale;
  }

  take(text: string, x: number, y: number): Words | undefined {
    const length = text.length * charPx;
    for (const anchor of ['start', 'end'] as const) {
      const from = anchor === 'start' ? x + 6 : x - 6 - length;
      const isFree = (this.#taken.get(y) ?? []).every((taken) => from + length < taken[0] - 8 || from > taken[1] + 8);
      if (!isFree || from < this.#scale.left || from + length > this.#scale.right + sizes.end) continue;
      if (!this.#taken.has(y)) this.#taken.set(y, []);
      this.#taken.get(y)!.push([from, from + length]);
      return { x: anchor === 'start' ? from : from + length, y, anchor, text };
    }
    return undefined;
  }
}
