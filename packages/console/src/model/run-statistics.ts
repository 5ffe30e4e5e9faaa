/** What the last runs of an Actor say together. Pure. */
import { medianOf } from './format.ts';
import { isOver } from './status.ts';

interface RunFigures {
  readonly status: string;
  readonly durationMs: number | null;
  readonly memoryMaxBytes: number | null;
  readonly results: number;
}

export interface StatisticsSummary {
  readonly runs: number;
  readonly ended: number;
  readonly succeeded: number;
  /** Of the runs that are over. */
  readonly medianDurationMs: number | undefined;
  readonly memoryMaxBytes: number | undefined;
  readonly results: number;
}

export function summaryOf(runs: readonly RunFigures[]): StatisticsSummary {
  const ended = runs.filter(({ status }) => isOver(status));
  const durations = ended.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs]));
  const memories = runs.flatMap(({ memoryMaxBytes }) => (memoryMaxBytes === null ? [] : [memoryMaxBytes]));
  return {
    runs: runs.length,
    ended: ended.length,
    succeeded: ended.filter(({ status }) => status === 'SUCCEEDED').length,
    medianDurationMs: medianOf(durations),
    memoryMaxBytes: memories.length === 0 ? undefined : Math.max(...memories),
    results: runs.reduce((sum, { results }) => sum + results, 0),
  };
}
