import type { Breakage } from './breakage.ts';
import { CrashTally } from './crash-points.ts';
import type { Temper } from './faults.ts';
import { runHistory } from './history.ts';
import { Violation } from './violation.ts';
import type { WorldOptions } from './world.ts';

export interface SeedRange {
  readonly first: number;
  readonly count: number;
}

/** The environment's seed replays one history, with each of its steps on the output. */
const replayed = process.env.WHERRY_SEED === undefined ? undefined : Number(process.env.WHERRY_SEED);
/** More histories than usual, for a search overnight. */
const factor = Number(process.env.WHERRY_HISTORIES_FACTOR ?? 1);

/**
 * Runs the history of each seed. What fails says how to see it again.
 * @param file the test's own, as `vitest run` takes it
 */
export async function runSeeds(
  file: string,
  { first, count }: SeedRange,
  options: Omit<WorldOptions, 'trace' | 'breakage'>,
): Promise<void> {
  // A refusal is nothing exceptional here, and its stack costs more than the step that it comes from.
  const usualLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = replayed === undefined ? 0 : 30;
  const trace = replayed === undefined ? undefined : (line: string) => process.stdout.write(`${line}\n`);
  const range = replayed === undefined ? { first, count: count * factor } : { first: replayed, count: 1 };
  let seed = range.first;
  try {
    for (; seed < range.first + range.count; seed += 1) {
      await runHistory(seed, { ...options, breakage: 'none', trace });
    }
  } catch (error) {
    const seeds = `seeds ${range.first} to ${range.first + range.count - 1}`;
    const command = `WHERRY_SEED=${seed} npx vitest run ${file}`;
    throw new Error(`seed ${seed} (of ${seeds}) broke a promise. See it again with\n  ${command}\n${error}`, {
      cause: error,
    });
  } finally {
    // Other test files run in this process.
    Error.stackTraceLimit = usualLimit;
  }
}

export const isReplay = replayed !== undefined;

/** The first violation that something broken on purpose leads to. */
export async function firstViolation(
  breakage: Breakage,
  temper: Temper,
  maxSeeds: number,
): Promise<{ seed: number; checker: string } | undefined> {
  for (let seed = 1; seed <= maxSeeds; seed += 1) {
    try {
      await runHistory(seed, { temper, breakage, tally: new CrashTally() });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { seed, checker: error.checker };
    }
  }
  return undefined;
}
