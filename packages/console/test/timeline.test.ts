import { describe, expect, test } from 'vitest';
import { layoutTimeline, type TimelineLayout, wholeWindow } from '../src/model/timeline.ts';
import { exitText, phasesOf, type TimelineAttempt, type TimelineHandoff } from '../src/model/timeline-phases.ts';
import { nextMoment, readAt } from '../src/model/timeline-reading.ts';
import { parseWindow, ticksOf, windowText, windowWithin, zoomed } from '../src/model/timeline-ticks.ts';

const t0 = Date.UTC(2026, 2, 3, 14, 2, 10);

const attemptOf = (number: number, more: Partial<TimelineAttempt> = {}): TimelineAttempt => ({
  number,
  serverId: `node-${number}`,
  phase: 'ended',
  reason: 'migration',
  createdAtMs: t0,
  arrivedAtMs: null,
  activatedAtMs: t0,
  fencedAtMs: null,
  endedAtMs: null,
  exitCode: null,
  ...more,
});

const handoffOf = (fromAttempt: number, more: Partial<TimelineHandoff> = {}): TimelineHandoff => ({
  id: `handoff-${fromAttempt}`,
  fromAttempt,
  toAttempt: fromAttempt + 1,
  mode: 'warm',
  reason: 'migration',
  phase: 'done',
  requestedAtMs: null,
  drainStartedAtMs: null,
  fencedAtMs: null,
  firstCallAtMs: null,
  drainMs: null,
  downtimeMs: null,
  ...more,
});

/** 1 works, 2 boots meanwhile and waits at the gate, 1 drains, and 2 works since. */
const warm = {
  attempts: [
    attemptOf(1, { reason: 'start', phase: 'ended', fencedAtMs: t0 + 60_000, endedAtMs: t0 + 60_200, exitCode: 137 }),
    attemptOf(2, { phase: 'active', createdAtMs: t0 + 40_000, activatedAtMs: t0 + 60_000 }),
  ],
  handoffs: [
    handoffOf(1, {
      drainStartedAtMs: t0 + 47_000,
      fencedAtMs: t0 + 60_000,
      firstCallAtMs: t0 + 60_005,
      drainMs: 13_000,
      downtimeMs: 5.3,
    }),
  ],
} as const;

const nowMs = t0 + 100_000;
const namesOf = (phases: readonly { readonly name: string }[]) => phases.map(({ name }) => name);

describe('phases of attempts', () => {
  test('what is at work goes on to the last known time at least, where the clock of the browser is behind', () => {
    const [, active] = phasesOf(warm.attempts, warm.handoffs, t0 + 59_000);
    expect(active).toMatchObject({ toMs: t0 + 60_200, end: { kind: 'open' } });
    expect(namesOf(active!.phases)).toEqual(['boots', 'waits', 'active']);
  });

  test('of a warm handoff: the next one boots and waits at the gate while the former one drains', () => {
    const [first, second] = phasesOf(warm.attempts, warm.handoffs, nowMs);
    expect(first!.phases).toEqual([
      { name: 'active', fromMs: t0, toMs: t0 + 47_000 },
      { name: 'drains', fromMs: t0 + 47_000, toMs: t0 + 60_000 },
    ]);
    expect(first!.fencedAtMs).toBe(t0 + 60_000);
    expect(first!.end.kind).toBe('replaced');
    expect(second!.phases).toEqual([
      { name: 'boots', fromMs: t0 + 40_000, toMs: t0 + 47_000 },
      { name: 'waits', fromMs: t0 + 47_000, toMs: t0 + 60_000 },
      { name: 'active', fromMs: t0 + 60_000, toMs: nowMs },
    ]);
    expect(second!.end.kind).toBe('open');
  });

  test('with a stored arrival, an attempt boots until then, whatever it was started for', () => {
    const arrived = (number: number, more: Partial<TimelineAttempt>) =>
      phasesOf([attemptOf(number, { phase: 'active', ...more })], [], nowMs)[0]!.phases;
    expect(arrived(1, { reason: 'start', arrivedAtMs: t0 + 800 })).toEqual([
      { name: 'boots', fromMs: t0, toMs: t0 + 800 },
      { name: 'active', fromMs: t0 + 800, toMs: nowMs },
    ]);
    // `migrating` was sent later than at the arrival, as when the former attempt was still booting itself.
    const [, second] = warm.attempts;
    const phases = phasesOf([warm.attempts[0], { ...second, arrivedAtMs: t0 + 43_000 }], warm.handoffs, nowMs)[1]!;
    expect(phases.phases.slice(0, 2)).toEqual([
      { name: 'boots', fromMs: t0 + 40_000, toMs: t0 + 43_000 },
      { name: 'waits', fromMs: t0 + 43_000, toMs: t0 + 60_000 },
    ]);
    const waiting = { phase: 'waiting', activatedAtMs: null } as const;
    expect(namesOf(arrived(2, { ...waiting, arrivedAtMs: t0 + 800 }))).toEqual(['boots', 'waits']);
    expect(namesOf(arrived(2, waiting))).toEqual(['boots']);
  });

  test('of a lost handoff: the next one boots until its first call', () => {
    const attempts = [
      attemptOf(1, { fencedAtMs: t0 + 10_000, endedAtMs: t0 + 10_000 }),
      attemptOf(2, { createdAtMs: t0 + 10_000, activatedAtMs: t0 + 10_000, phase: 'active' }),
    ];
    const handoff = handoffOf(1, { mode: 'lost', reason: 'lost', fencedAtMs: t0 + 10_000, firstCallAtMs: t0 + 12_000 });
    const [first, second] = phasesOf(attempts, [handoff], nowMs);
    expect(first!.end).toMatchObject({ kind: 'lost' });
    expect(second!.phases).toEqual([
      { name: 'boots', fromMs: t0 + 10_000, toMs: t0 + 12_000 },
      { name: 'active', fromMs: t0 + 12_000, toMs: nowMs },
    ]);
    const underWay = { ...handoff, phase: 'switched', firstCallAtMs: null } as const;
    expect(namesOf(phasesOf(attempts, [underWay], nowMs)[1]!.phases)).toEqual(['boots']);
  });

  test('of a cancelled handoff: the former one goes on, the next one never worked', () => {
    const attempts = [
      attemptOf(1, { fencedAtMs: t0 + 9000, endedAtMs: t0 + 9020, exitCode: 0 }),
      attemptOf(2, { createdAtMs: t0 + 5000, activatedAtMs: null, fencedAtMs: t0 + 9000, exitCode: 137 }),
    ];
    const [first, second] = phasesOf(attempts, [handoffOf(1, { phase: 'cancelled' })], nowMs);
    expect(first!.end.kind).toBe('succeeded');
    expect(first!.fencedAtMs).toBeNull();
    expect(namesOf(second!.phases)).toEqual(['boots']);
    expect(second!.end.kind).toBe('replaced');
  });

  test('[timeline-1] of times in any order: each phase begins where the one before it ends', () => {
    let seed = 1;
    const random = (ms: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % 4 === 0 ? null : t0 + (seed % ms) - ms / 2;
    };
    for (let round = 0; round < 2000; round += 1) {
      const attempts = [1, 2].map((number) =>
        attemptOf(number, {
          createdAtMs: random(90_000) ?? t0,
          arrivedAtMs: random(90_000),
          activatedAtMs: random(90_000),
          fencedAtMs: random(90_000),
          endedAtMs: random(90_000),
        }),
      );
      const mode = (['warm', 'cold', 'lost'] as const)[round % 3]!;
      const phase = (['requested', 'switched', 'done', 'cancelled'] as const)[round % 4]!;
      const handoff = handoffOf(1, { mode, phase, drainStartedAtMs: random(90_000), firstCallAtMs: random(90_000) });
      for (const { phases, fromMs, toMs } of phasesOf(attempts, [handoff], t0)) {
        expect(toMs).toBeGreaterThanOrEqual(fromMs);
        expect(phases[0]?.fromMs).toBe(fromMs);
        expect(phases.at(-1)?.toMs).toBe(toMs);
        for (let index = 1; index < phases.length; index += 1) {
          expect(phases[index]!.fromMs).toBe(phases[index - 1]!.toMs);
        }
      }
    }
  });

  test('an exit code is said as what it is', () => {
    expect([1, 137, 143, 139, 255].map(exitText)).toEqual(['exit 1', 'SIGKILL', 'SIGTERM', 'SIGSEGV', 'exit 255']);
  });
});

const window = { fromMs: t0, toMs: nowMs };

/** What no layout may do, whatever it is made from. */
function checkLayout({ bars, bands, plotX, plotWidth, lanes, charts, height, links }: TimelineLayout): void {
  const right = plotX + plotWidth;
  for (const { phases } of bars) {
    let endX = plotX;
    for (const { x, width } of phases) {
      // [timeline-2]
      expect(width).toBeGreaterThanOrEqual(2);
      expect(x).toBeGreaterThanOrEqual(endX - 1e-6);
      endX = x + width;
    }
    // The smallest widths may add up a little past the edge.
    expect(endX).toBeLessThanOrEqual(right + 8);
  }
  for (const { x, width, count } of bands) {
    expect(count).toBeGreaterThan(2);
    expect(x).toBeGreaterThanOrEqual(plotX);
    expect(x + width).toBeLessThanOrEqual(right + 2);
  }
  for (let index = 1; index < lanes.length; index += 1) {
    expect(lanes[index]!.y).toBeGreaterThanOrEqual(lanes[index - 1]!.y + lanes[index - 1]!.height);
  }
  for (const { lines, y, height: chartHeight } of charts) {
    for (const points of lines) {
      for (const [x, pointY] of points) {
        expect(x).toBeGreaterThanOrEqual(plotX - 1e-6);
        expect(x).toBeLessThanOrEqual(right + 1e-6);
        expect(pointY).toBeGreaterThanOrEqual(y);
        expect(pointY).toBeLessThanOrEqual(y + chartHeight);
      }
    }
  }
  for (const { from, to } of links) for (const each of [...from, ...to]) expect(Number.isFinite(each)).toBe(true);
  expect(Number.isFinite(height)).toBe(true);
}

describe('the layout', () => {
  test('of a warm handoff: a lane for each server, a fence, and a line with its words', () => {
    const layout = layoutTimeline(warm.attempts, warm.handoffs, [], window, 1080);
    checkLayout(layout);
    expect(layout.lanes.map(({ title }) => title)).toEqual(['node-1', 'node-2']);
    const [first, second] = layout.bars;
    expect(namesOf(first!.phases)).toEqual(['active', 'drains']);
    expect(first!.fenceX).toBeCloseTo(layout.plotX + layout.plotWidth * 0.6, 6);
    expect(second!.fenceX).toBeNull();
    const [link] = layout.links;
    expect(link!.from[0]).toBeCloseTo(first!.fenceX!, 6);
    expect(link!.to[0]).toBeGreaterThan(link!.from[0]);
    expect(link!.words!.text).toBe('warm · drained in 13 s · 5.3 ms down');
    expect(link!.to[1]).toBe(second!.y);
  });

  test('of nothing, of the future, and of 0 ms', () => {
    const nothing = layoutTimeline([], [], [], wholeWindow([], [], nowMs), 1080);
    checkLayout(nothing);
    expect(nothing.ticks.length).toBeGreaterThan(0);
    const future = [attemptOf(1, { phase: 'active', createdAtMs: nowMs + 60_000, activatedAtMs: nowMs + 60_000 })];
    const all = wholeWindow(future, [], nowMs);
    const layout = layoutTimeline(future, [], [], all, 1080, { nowMs });
    checkLayout(layout);
    expect(layout.bars).toHaveLength(1);
    const moment = [attemptOf(1, { fencedAtMs: t0, endedAtMs: t0, exitCode: 1 })];
    const short = layoutTimeline(moment, [], [], wholeWindow(moment, [], nowMs), 1080);
    checkLayout(short);
    expect(short.bars[0]!.phases).toEqual([{ name: 'active', x: short.plotX, width: 2 }]);
    expect(short.bars[0]!.end).toMatchObject({ kind: 'failed', text: 'exit 1' });
  });

  test('an attempt that boots again on its own server is drawn below the one that still drains', () => {
    const attempts = warm.attempts.map((attempt) => ({ ...attempt, serverId: 'node-1' }));
    const layout = layoutTimeline(attempts, warm.handoffs, [], window, 1080);
    checkLayout(layout);
    expect(layout.lanes).toHaveLength(1);
    expect(new Set(layout.bars.map(({ y }) => y)).size).toBe(2);
  });

  test('[timeline-2] of 1,000 attempts over 30 days: bands with counts, and every attempt is in one of the shapes', () => {
    const dayMs = 86_400_000;
    const attempts = Array.from({ length: 1000 }, (_, index) => {
      // Most of them within an hour, the others over the month.
      const atMs = index < 700 ? t0 + index * 5000 : t0 + 3_600_000 + (index - 700) * 0.1 * dayMs;
      return attemptOf(index + 1, {
        serverId: `node-${index % 5}`,
        createdAtMs: atMs,
        activatedAtMs: atMs,
        fencedAtMs: atMs + 5000,
        endedAtMs: atMs + 5000,
        exitCode: 137,
      });
    });
    const handoffs = attempts
      .slice(1)
      .map((attempt, index) =>
        handoffOf(index + 1, { fencedAtMs: attempt.createdAtMs, firstCallAtMs: attempt.createdAtMs, downtimeMs: 5 }),
      );
    const samples = Array.from({ length: 2000 }, (_, index) => ({
      atMs: t0 + index * 0.015 * dayMs,
      attempt: 1 + Math.floor(index / 2),
      inFlightRequests: index % 13,
      memoryBytes: index * 1e6,
      cpuPercent: null,
    }));
    const layout = layoutTimeline(attempts, handoffs, samples, wholeWindow(attempts, handoffs, nowMs), 1080);
    checkLayout(layout);
    const inBands = layout.bands.reduce((sum, { count }) => sum + count, 0);
    expect(inBands + layout.bars.length).toBe(1000);
    expect(inBands).toBeGreaterThanOrEqual(700);
    expect(layout.links.reduce((sum, { count }) => sum + count, 0)).toBe(999);
    expect(layout.links.length).toBeLessThan(999);
    expect(layout.charts.map(({ metric }) => metric)).toEqual(['inFlightRequests', 'memoryBytes']);
    // Words never overlap.
    const byRow = Map.groupBy(
      layout.links.flatMap(({ words }) => words ?? []),
      ({ y }) => y,
    );
    for (const row of byRow.values()) {
      const spans = row.map(({ x, anchor, text }) =>
        [x, x + text.length * (anchor === 'start' ? 6.1 : -6.1)].sort((a, b) => a - b),
      );
      spans.sort((a, b) => a[0]! - b[0]!);
      for (let index = 1; index < spans.length; index += 1)
        expect(spans[index]![0]).toBeGreaterThan(spans[index - 1]![1]!);
    }
  });

  test('[timeline-4] of 1,000 handoffs, in any window, no more shapes are drawn than an eye can tell apart', () => {
    const attempts = Array.from({ length: 1000 }, (_, index) => {
      const [atMs, endMs] = [t0 + index * 60_000, t0 + (index + 1) * 60_000];
      const times = { createdAtMs: atMs - 3000, activatedAtMs: atMs, fencedAtMs: endMs, endedAtMs: endMs };
      return attemptOf(index + 1, { ...times, serverId: `node-${index % 4}`, exitCode: 137 });
    });
    const handoffs = attempts.slice(1).map(({ activatedAtMs }, index) => {
      const drainStartedAtMs = activatedAtMs! - 800;
      return handoffOf(index + 1, { drainStartedAtMs, fencedAtMs: activatedAtMs, firstCallAtMs: activatedAtMs! + 20 });
    });
    const all = wholeWindow(attempts, handoffs, nowMs);
    for (let zoom = 1; zoom < 2000; zoom *= 1.5) {
      const part = { fromMs: all.toMs - (all.toMs - all.fromMs) / zoom, toMs: all.toMs };
      const layout = layoutTimeline(attempts, handoffs, [], part, 1280);
      checkLayout(layout);
      expect(layout.links.length, `at ${zoom}`).toBeLessThan(250);
      expect(layout.bars.length, `at ${zoom}`).toBeLessThan(400);
      const shown = handoffs.filter(
        ({ fencedAtMs, firstCallAtMs }) => firstCallAtMs! >= part.fromMs && fencedAtMs! <= part.toMs,
      );
      expect(layout.links.reduce((sum, { count }) => sum + count, 0)).toBe(shown.length);
      for (const { count, text } of layout.links) if (count > 1) expect(text).toBe(`${count} handoffs`);
    }
  });

  test('[timeline-3] above 12 lanes, those without an attempt at work fold into one', () => {
    const attempts = Array.from({ length: 20 }, (_, index) =>
      attemptOf(index + 1, {
        phase: index === 0 || index === 19 ? 'active' : 'ended',
        createdAtMs: t0 + index * 1000,
        activatedAtMs: t0 + index * 1000,
        endedAtMs: index === 0 || index === 19 ? null : t0 + index * 1000 + 900,
      }),
    );
    const layout = layoutTimeline(attempts, [], [], window, 1080);
    checkLayout(layout);
    expect(layout.lanes).toHaveLength(12);
    expect(layout.lanes.at(-1)).toMatchObject({ title: '9 more', isFolded: true });
    expect(layout.lanes.map(({ title }) => title)).toEqual(expect.arrayContaining(['node-1', 'node-20']));
    const all = layoutTimeline(attempts, [], [], window, 1080, { nowMs, isUnfolded: true });
    expect(all.lanes).toHaveLength(20);
  });

  test('of any window: shapes stay within the plot, and a chart goes on to its edges', () => {
    const samples = Array.from({ length: 100 }, (_, index) => ({
      atMs: t0 + index * 1000,
      attempt: index < 60 ? 1 : 2,
      inFlightRequests: index % 7,
      memoryBytes: 1e8 + index,
      cpuPercent: index,
    }));
    for (const [fromMs, toMs] of [
      [t0 + 59_990, t0 + 60_010],
      [t0 - 1e6, t0 + 1e6],
      [t0 + 200_000, t0 + 300_000],
    ] as const) {
      const layout = layoutTimeline(warm.attempts, warm.handoffs, samples, { fromMs, toMs }, 390, { nowMs });
      checkLayout(layout);
    }
    const part = layoutTimeline(
      warm.attempts,
      warm.handoffs,
      samples,
      { fromMs: t0 + 10_500, toMs: t0 + 20_500 },
      1080,
    );
    const points = part.charts[0]!.lines[0]!;
    expect(points[0]![0]).toBeCloseTo(part.plotX, 6);
    expect(points.at(-1)![0]).toBeCloseTo(part.plotX + part.plotWidth, 6);
  });
});

describe('windows and ticks', () => {
  test('the window of a run at work goes on to now; that of a run which is over does not', () => {
    expect(wholeWindow(warm.attempts, warm.handoffs, nowMs).toMs).toBeGreaterThan(nowMs);
    const over = [attemptOf(1, { fencedAtMs: t0 + 5000, endedAtMs: t0 + 5000 })];
    expect(wholeWindow(over, [], nowMs).toMs).toBeLessThan(t0 + 6000);
  });

  test('ticks are at round times, as many as there is room for, for any length', () => {
    for (let lengthMs = 20; lengthMs < 4e11; lengthMs *= 3) {
      const ticks = ticksOf({ fromMs: t0 + 7, toMs: t0 + 7 + lengthMs }, 10);
      expect(ticks.length).toBeLessThanOrEqual(11);
      for (const { atMs } of ticks) expect(atMs).toBeGreaterThanOrEqual(t0 + 7);
      expect(new Set(ticks.map(({ atMs }) => atMs)).size).toBe(ticks.length);
    }
    const secs = ticksOf({ fromMs: t0, toMs: t0 + 60_000 }, 10).map(({ text }) => text);
    expect(secs[0]).toMatch(/:02:10$/);
    const spacing = ticksOf({ fromMs: t0, toMs: t0 + 30 * 86_400_000 }, 10).map(({ text }) => text);
    for (const text of spacing) expect(text).toMatch(/^\d+ \w+$/);
  });

  test('a window is kept within all, is read from the address, and zooms around a time', () => {
    const all = { fromMs: 0, toMs: 100_000 };
    expect(windowWithin({ fromMs: -50, toMs: 50 }, all)).toEqual({ fromMs: 0, toMs: 100 });
    expect(windowWithin({ fromMs: 99_990, toMs: 109_990 }, all)).toEqual({ fromMs: 90_000, toMs: 100_000 });
    expect(windowWithin({ fromMs: 5, toMs: 5 }, all)).toEqual({ fromMs: 5, toMs: 25 });
    expect(windowWithin({ fromMs: -1e9, toMs: 1e9 }, all)).toEqual(all);
    expect(zoomed({ fromMs: 0, toMs: 100 }, 0.5, 20)).toEqual({ fromMs: 10, toMs: 60 });
    expect(parseWindow(windowText({ fromMs: 12, toMs: 345 }))).toEqual({ fromMs: 12, toMs: 345 });
    for (const text of ['', '5-4', '5-5', '<img>', '1e3-2e3', '-5--4', `${'9'.repeat(40)}-1`]) {
      expect(parseWindow(text)).toBeUndefined();
    }
  });
});

describe('reading at a time', () => {
  const phases = phasesOf(warm.attempts, warm.handoffs, nowMs);
  const sampleOf = (attempt: number, atMs: number) => ({
    atMs,
    attempt,
    inFlightRequests: attempt,
    memoryBytes: null,
    cpuPercent: null,
  });

  test('all attempts that were there, and what was measured of the one at work', () => {
    const samples = [sampleOf(2, t0 + 50_000), sampleOf(1, t0 + 50_400), sampleOf(1, t0 + 52_000)];
    const reading = readAt(phases, samples, t0 + 50_000, 1000);
    expect(reading.attempts).toEqual([
      { number: 1, serverId: 'node-1', phase: 'drains' },
      { number: 2, serverId: 'node-2', phase: 'waits' },
    ]);
    expect(reading.sample).toBe(samples[1]);
    expect(readAt(phases, samples, t0 - 10_000, 1000)).toMatchObject({ attempts: [], sample: undefined });
  });

  test('the arrow keys go from one moment to the next', () => {
    expect(nextMoment(phases, t0, 1)).toBe(t0 + 40_000);
    expect(nextMoment(phases, t0 + 40_000, 1)).toBe(t0 + 47_000);
    expect(nextMoment(phases, t0 + 47_000, -1)).toBe(t0 + 40_000);
    expect(nextMoment(phases, t0, -1)).toBeUndefined();
  });
});
