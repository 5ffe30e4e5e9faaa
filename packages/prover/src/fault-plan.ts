/**
 * Which cases are tried, in which order.
 *
 * [fault-plan-1] each kind of fault has its turn in each round, and in its turns each type of write: whatever the budget, the shares
 *     differ by one at most for as long as there are points left.
 *     What is nearest to a result comes first, at the side where a result and its mark part: after an effect, before a
 *     mark.
 * [fault-plan-2] no point is tried twice by the same kind.
 * [fault-plan-3] the same writes, kinds and seed give the same cases.
 */
import { type Case, type Fault, type FaultKind, sidesOf } from './fault.ts';
import { Random } from './random.ts';
import type { WriteType } from './write.ts';

export interface PlanWish {
  /** The writes of the undisturbed run, in their order. */
  readonly writes: readonly WriteType[];
  readonly kinds: readonly FaultKind[];
  readonly seed: number;
  /** How many faults one run goes through; 1 tells best what a fault does. */
  readonly faultsPerRun?: number;
}

/** The points of one kind that were not tried, by the type of write. */
type Points = Map<WriteType, Fault[]>;

/** Every case, the fairest order first. */
export function* plannedCases(wish: PlanWish): Generator<Case> {
  const { writes, faultsPerRun = 1 } = wish;
  let gathered: Fault[] = [];
  for (const fault of plannedFaults(wish)) {
    gathered.push(fault);
    if (gathered.length < faultsPerRun) continue;
    yield inOrder(gathered, writes);
    gathered = [];
  }
  if (gathered.length > 0) yield inOrder(gathered, writes);
}

function* plannedFaults({ writes, kinds, seed }: PlanWish): Generator<Fault> {
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
      const fault = faults.pop()!;
      // [fault-plan-1] a type that had its turn goes to the end of its kind's line.
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

const effects: readonly WriteType[] = ['push', 'charge', 'start', 'outside', 'commit'];
const marks: readonly WriteType[] = ['handled', 'record'];

const rankOf = (type: WriteType): number => (effects.includes(type) ? 0 : marks.includes(type) ? 1 : 2);

/** Drawn from the end: one side and the other in turn, the more telling one first. */
function alternating(faults: readonly Fault[], type: WriteType): Fault[] {
  const [before, after] = (['before', 'after'] as const).map((side) => faults.filter((fault) => fault.side === side));
  const [first, second] = effects.includes(type) ? [after!, before!] : [before!, after!];
  const longest = Math.max(first.length, second.length);
  const drawn = Array.from({ length: longest }, (_, index) => [first[index], second[index]]).flat();
  return drawn.filter((fault) => fault !== undefined).reverse();
}

/** The faults of one run as the undisturbed run would come to them. */
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

/** The pairs of a kind and a type of write that a verdict of "safe" must have seen. */
export function sharesOf(writes: readonly WriteType[], kinds: readonly FaultKind[]): Set<string> {
  const types = [...new Set(writes)];
  return new Set(
    kinds.flatMap((kind) =>
      types.filter((type) => sidesOf(kind, type).length > 0).map((type) => shareOf({ kind, type })),
    ),
  );
}

export const shareOf = ({ kind, type }: Pick<Fault, 'kind' | 'type'>): string => `${kind} at ${type}`;
