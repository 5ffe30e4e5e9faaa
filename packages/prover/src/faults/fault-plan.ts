/**
 * Plans which cases are tried, and in which order.
 *
 * [fault-plan-1] each round has one fault of each kind, and the faults of a kind take the types of write in turn. So
 *     with any budget the numbers of faults differ by one at most, for as long as there are points left. Within a type
 *     the most telling points come first: those between a result and its mark, so "after" a result and "before" a mark.
 * [fault-plan-2] no kind is injected twice at the same point.
 * [fault-plan-3] the same writes, kinds and seed give the same cases.
 */
import type { WriteType } from '../proxy/write.ts';
import { type Case, type Fault, type FaultKind, sidesOf } from './fault.ts';

export interface PlanOptions {
  /** The writes of the undisturbed run, in order. */
  readonly writes: readonly WriteType[];
  readonly kinds: readonly FaultKind[];
  readonly seed: number;
  /** How many faults one run has. Default: 1, which shows best what a single fault does. */
  readonly faultsPerRun?: number;
}

/** The points of one kind that have not been used yet, by the type of write. */
type Points = Map<WriteType, Fault[]>;

/** Generates all cases, in an order in which any beginning is fair. */
export function* plannedCases(options: PlanOptions): Generator<Case> {
  const { writes, faultsPerRun = 1 } = options;
  let gathered: Fault[] = [];
  for (const fault of plannedFaults(options)) {
    gathered.push(fault);
    if (gathered.length < faultsPerRun) continue;
    yield inOrder(gathered, writes);
    gathered = [];
  }
  if (gathered.length > 0) yield inOrder(gathered, writes);
}

function* plannedFaults({ writes, kinds, seed }: PlanOptions): Generator<Fault> {
  // [fault-plan-3]
  const random = new Random(seed);
  const open = new Map<FaultKind, Points>(kinds.map((kind) => [kind, pointsOf(kind, writes, random)]));
  while (open.size > 0) {
    for (const kind of random.shuffled([...open.keys()])) {
      const points = open.get(kind)!;
      const next = points.entries().next().value;
      if (next === undefined) {
        open.delete(kind);
        continue;
      }
      const [type, faults] = next;
      // [fault-plan-2]
      const fault = faults.pop()!;
      // [fault-plan-1] the type goes to the end of the queue of its kind.
      points.delete(type);
      if (faults.length > 0) points.set(type, faults);
      yield fault;
    }
  }
}

function pointsOf(kind: FaultKind, writes: readonly WriteType[], random: Random): Points {
  const byType = new Map<WriteType, Fault[]>();
  const counts = new Map<WriteType, number>();
  for (const type of writes) {
    const ordinal = (counts.get(type) ?? 0) + 1;
    counts.set(type, ordinal);
    const faults = sidesOf(kind, type).map((side): Fault => ({ kind, type, ordinal, side }));
    if (faults.length > 0) byType.set(type, [...(byType.get(type) ?? []), ...faults]);
  }
  const types = random.shuffled([...byType.keys()]).sort((one, other) => rankOf(one) - rankOf(other));
  return new Map(types.map((type) => [type, alternating(random.shuffled(byType.get(type)!), type)]));
}

const results: readonly WriteType[] = ['push', 'charge', 'start', 'outside', 'commit'];
const marks: readonly WriteType[] = ['handled', 'record'];

const rankOf = (type: WriteType): number => (results.includes(type) ? 0 : marks.includes(type) ? 1 : 2);

/** Orders the faults so that, taken from the end, the sides alternate, beginning with the more telling one. */
function alternating(faults: readonly Fault[], type: WriteType): Fault[] {
  const [before, after] = (['before', 'after'] as const).map((side) => faults.filter((fault) => fault.side === side));
  const [first, second] = results.includes(type) ? [after!, before!] : [before!, after!];
  const longest = Math.max(first.length, second.length);
  const drawn = Array.from({ length: longest }, (_, index) => [first[index], second[index]]).flat();
  return drawn.filter((fault) => fault !== undefined).reverse();
}

/** Orders the faults of one run by the order of the writes in the undisturbed run. */
function inOrder(faults: readonly Fault[], writes: readonly WriteType[]): Case {
  const placeOf = ({ type, ordinal }: Fault): number => {
    let seen = 0;
    return writes.findIndex((each) => {
      seen += each === type ? 1 : 0;
      return each === type && seen === ordinal;
    });
  };
  return faults.toSorted((one, other) => placeOf(one) - placeOf(other) || (one.side === 'before' ? -1 : 1));
}

/** The combinations of a kind of fault and a type of write that a verdict of "safe" requires. */
export function requiredCoverage(writes: readonly WriteType[], kinds: readonly FaultKind[]): Set<string> {
  const types = [...new Set(writes)];
  return new Set(
    kinds.flatMap((kind) =>
      types.filter((type) => sidesOf(kind, type).length > 0).map((type) => coverageOf({ kind, type })),
    ),
  );
}

export const coverageOf = ({ kind, type }: Pick<Fault, 'kind' | 'type'>): string => `${kind} at ${type}`;

/** Pseudo-random numbers (Mulberry32). The same seed gives the same numbers on every machine. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    const drawn = [...values];
    for (let index = drawn.length - 1; index > 0; index -= 1) {
      const other = this.#below(index + 1);
      [drawn[index], drawn[other]] = [drawn[other]!, drawn[index]!];
    }
    return drawn;
  }

  /** A whole number from 0 up to, but not including, `end`. */
  #below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  /** A number from 0 up to, but not including, 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
