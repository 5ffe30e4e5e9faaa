/**
 * What runs took of their servers, over time: in-flight requests, memory and processor of the active attempt. It is taken
 * from the telemetry that engines report anyway, and kept in memory: a restart of the platform loses it, and nothing else.
 *
 * [samples-1] a run has at most 2,000 samples over its whole time. When there are more, every second one is dropped, and
 *     those that follow are as far apart as those that are left.
 * [samples-2] all runs that are over have a limited number of samples together: those that ended first lose theirs first.
 */

interface Sample {
  /** In ms since 1970. */
  readonly at: number;
  readonly attempt: number;
  readonly inFlightRequests: number | null;
  readonly memoryBytes: number | null;
  /** Of one core. */
  readonly cpuPercent: number | null;
}

export interface SampleSeries {
  /** How far apart samples are at least. */
  readonly everyMs: number;
  readonly items: readonly Sample[];
}

/** [samples-1] */
const mostOfRun = 2000;
/** [samples-2] About 15 MB. */
const mostOfEnded = 150_000;
const firstEveryMs = 2000;
/** Telemetry comes about once a second, and never exactly. */
const toleranceMs = 250;

interface Series {
  everyMs: number;
  items: Sample[];
}

export class RunSamples {
  readonly #live = new Map<string, Series>();
  /** The one that ended first comes first. */
  readonly #ended = new Map<string, Series>();
  #endedCount = 0;

  add(runId: string, sample: Sample): void {
    const series = this.#live.get(runId) ?? this.#begin(runId);
    const last = series.items.at(-1);
    // Another attempt is another line in a chart, and a clock that is set back must not stop this.
    const elapsedMs = last === undefined ? Number.POSITIVE_INFINITY : sample.at - last.at;
    const isSoon = elapsedMs >= 0 && elapsedMs < series.everyMs - toleranceMs;
    if (isSoon && last?.attempt === sample.attempt) return;
    series.items.push(sample);
    if (series.items.length <= mostOfRun) return;
    series.items = series.items.filter((_, index) => index % 2 === 0);
    series.everyMs *= 2;
  }

  of(runId: string): SampleSeries {
    return this.#live.get(runId) ?? this.#ended.get(runId) ?? { everyMs: firstEveryMs, items: [] };
  }

  /** The run is over. */
  end(runId: string): void {
    const series = this.#live.get(runId);
    if (series === undefined) return;
    this.#live.delete(runId);
    this.#ended.set(runId, series);
    this.#endedCount += series.items.length;
    for (const [id, { items }] of this.#ended) {
      if (this.#endedCount <= mostOfEnded) return;
      this.#ended.delete(id);
      this.#endedCount -= items.length;
    }
  }

  /** A run that was resurrected goes on with what it had. */
  #begin(runId: string): Series {
    const former = this.#ended.get(runId);
    if (former !== undefined) {
      this.#ended.delete(runId);
      this.#endedCount -= former.items.length;
    }
    const series = former ?? { everyMs: firstEveryMs, items: [] };
    this.#live.set(runId, series);
    return series;
  }
}
