import { expect, test } from 'vitest';
import { RunSamples } from '../src/runs/supervisor/run-samples.ts';

const sample = (at: number, attempt = 1) => ({ at, attempt, inFlightRequests: 1, memoryBytes: 2, cpuPercent: 3 });

/** Adds one a second, as engines report, for so long. */
function fill(samples: RunSamples, runId: string, secs: number, from = 0): void {
  for (let sec = 0; sec < secs; sec += 1) samples.add(runId, sample(from + sec * 1000));
}

test('[samples-1] a month of telemetry is 2,000 samples at most, evenly over the whole time', () => {
  const samples = new RunSamples();
  const secs = 30 * 86_400;
  fill(samples, 'r', secs);
  const { everyMs, items } = samples.of('r');
  expect(items.length).toBeLessThanOrEqual(2000);
  expect(items.length).toBeGreaterThan(900);
  expect(items[0]!.at).toBe(0);
  expect(items.at(-1)!.at).toBeGreaterThan((secs - everyMs / 500) * 1000);
  const gaps = items.slice(1).map(({ at }, index) => at - items[index]!.at);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(everyMs);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(everyMs - 1000);
});

test('a short run has a sample every two seconds, and one of each attempt at once; a clock that is set back stops nothing', () => {
  const samples = new RunSamples();
  fill(samples, 'r', 11);
  samples.add('r', sample(10_100, 2));
  samples.add('r', sample(10_200, 2));
  expect(samples.of('r').items.map(({ at }) => at)).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 10_100]);
  samples.add('r', sample(-50_000, 2));
  samples.add('r', sample(-49_000, 2));
  expect(samples.of('r').items).toHaveLength(8);
  expect(samples.of('unknown')).toEqual({ everyMs: 2000, items: [] });
});

test('[samples-2] runs that are over keep theirs, those that ended first not for ever; a resurrected one goes on', () => {
  const samples = new RunSamples();
  fill(samples, 'first', 20);
  samples.end('first');
  expect(samples.of('first').items).toHaveLength(10);
  fill(samples, 'first', 20, 100_000);
  expect(samples.of('first').items).toHaveLength(20);
  samples.end('first');
  samples.end('first');
  for (let run = 0; run < 200; run += 1) {
    fill(samples, `${run}`, 4000);
    samples.end(`${run}`);
  }
  expect(samples.of('first').items).toEqual([]);
  const kept = Array.from({ length: 200 }, (_, run) => samples.of(`${run}`).items.length);
  expect(kept.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(150_000);
  expect(kept.at(-1)).toBe(2000);
});
