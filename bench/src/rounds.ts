/** What is measured: one round of work, which resolves with a figure such as pushes per second. */
export type Contestants<Name extends string> = Readonly<Record<Name, () => Promise<number>>>;
export type Rounds<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/**
 * Measures the contestants in turn, `rounds` times, and starts each round with another one, so that other work on the
 * machine affects all of them equally.
 */
export async function interleave<Name extends string>(
  contestants: Contestants<Name>,
  rounds: number,
): Promise<Rounds<Name>> {
  const names = Object.keys(contestants) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length]!;
      measured[name].push(await contestants[name]());
    }
  }
  return measured;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** The median of the ratios of each round, so that a slow minute of the machine does not count as a difference. */
export const medianRatio = (values: readonly number[], beside: readonly number[]): number =>
  median(values.map((value, round) => value / beside[round]!));
