/** What was measured of a run's attempts, as lines on the timeline's axis. Pure. */

import { formatBytes } from './format.ts';
import type { TimelineSample } from './timeline-phases.ts';
import type { TimelineWindow } from './timeline-ticks.ts';

export type Metric = 'inFlightRequests' | 'memoryBytes' | 'cpuPercent';

export interface TimelineChart {
  readonly metric: Metric;
  readonly title: string;
  readonly y: number;
  readonly height: number;
  /** The figure at the top of the chart. */
  readonly max: number;
  readonly maxText: string;
  readonly last: number | null;
  readonly lastText: string;
  /** What two attempts have at once is not mixed: each has a line, but for those that follow each other closely. */
  readonly lines: readonly (readonly Point[])[];
}

type Point = readonly [x: number, y: number];

interface Place {
  readonly window: TimelineWindow;
  readonly xOf: (ms: number) => number;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

const metrics: readonly { readonly metric: Metric; readonly title: string; readonly floor: number }[] = [
  { metric: 'inFlightRequests', title: 'In flight', floor: 4 },
  { metric: 'memoryBytes', title: 'Memory', floor: 1024 * 1024 },
  { metric: 'cpuPercent', title: 'CPU', floor: 10 },
];

const chartPx = 34;
const gapPx = 10;

export function metricText(metric: Metric, value: number): string {
  if (metric === 'memoryBytes') return formatBytes(value);
  return metric === 'cpuPercent' ? `${Math.round(value)} %` : String(Math.round(value));
}

/** A chart for each metric that was measured at all. */
export function chartsOf(
  samples: readonly TimelineSample[],
  place: Place,
): { charts: readonly TimelineChart[]; endY: number } {
  const charts: TimelineChart[] = [];
  let { y } = place;
  for (const { metric, title, floor } of metrics) {
    const measured = samples.filter((sample) => sample[metric] !== null);
    if (measured.length === 0) continue;
    charts.push(chartOf(measured, { metric, title, floor }, { ...place, y }));
    y += chartPx + gapPx;
  }
  return { charts, endY: y };
}

function chartOf(
  samples: readonly TimelineSample[],
  { metric, title, floor }: (typeof metrics)[number],
  { window, xOf, left, right, y }: Place,
): TimelineChart {
  const shown = withNeighbours(samples, window);
  const max = shown.reduce((most, sample) => Math.max(most, sample[metric]!), floor);
  const yOf = (value: number) => y + chartPx - (value / max) * (chartPx - 2);
  const byAttempt = Map.groupBy(shown, ({ attempt }) => attempt);
  const lines = [...byAttempt.values()].map((own) => {
    const points = own.map((sample) => [xOf(sample.atMs), yOf(sample[metric]!)] as const);
    return clipped(
      points.sort((a, b) => a[0] - b[0]),
      left,
      right,
    );
  });
  const last = samples.at(-1)?.[metric] ?? null;
  return {
    metric,
    title,
    y,
    height: chartPx,
    max,
    maxText: metricText(metric, max),
    last,
    lastText: last === null ? '' : metricText(metric, last),
    lines: joined(lines).map(thinned),
  };
}

/** Those in the window, and the one before and after it, so that a line goes on to the edge. */
function withNeighbours(samples: readonly TimelineSample[], { fromMs, toMs }: TimelineWindow): TimelineSample[] {
  const first = samples.findIndex(({ atMs }) => atMs >= fromMs);
  const last = samples.findLastIndex(({ atMs }) => atMs <= toMs);
  if (first === -1 || last === -1) return [];
  return samples.slice(Math.max(0, Math.min(first, last) - 1), Math.max(first, last) + 2);
}

/** A line that begins so soon after another one's end continues it: a thousand short ones are no more to see, and slow. */
const joinPx = 3;

function joined(lines: readonly (readonly Point[])[]): readonly Point[][] {
  const result: Point[][] = [];
  for (const line of lines.filter(({ length }) => length > 0).sort((a, b) => a[0]![0] - b[0]![0])) {
    const gapPx = line[0]![0] - (result.at(-1)?.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY);
    if (gapPx >= 0 && gapPx < joinPx) result.at(-1)!.push(...line);
    else result.push([...line]);
  }
  return result;
}

/** Cuts a line at the edges of the plot. */
function clipped(points: readonly Point[], left: number, right: number): Point[] {
  const result: Point[] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before !== undefined) {
      for (const edge of [left, right]) {
        if (before[0] < edge === point[0] < edge || before[0] === edge || point[0] === edge) continue;
        result.push([edge, before[1] + ((edge - before[0]) / (point[0] - before[0])) * (point[1] - before[1])]);
      }
    }
    if (point[0] >= left && point[0] <= right) result.push(point);
  });
  return result;
}

/** The highest and the lowest point of each pixel: as many points as can be seen, and no peak is lost. */
function thinned(points: readonly Point[]): Point[] {
  const result: Point[] = [];
  for (let index = 0; index < points.length; ) {
    const pixel = Math.floor(points[index]![0]);
    let end = index;
    let low = index;
    let high = index;
    for (; end < points.length && Math.floor(points[end]![0]) === pixel; end += 1) {
      if (points[end]![1] < points[low]![1]) low = end;
      if (points[end]![1] > points[high]![1]) high = end;
    }
    result.push(points[Math.min(low, high)]!);
    if (low !== high) result.push(points[Math.max(low, high)]!);
    index = end;
  }
  return result;
}
