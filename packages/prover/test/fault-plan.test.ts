import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caseText, type Fault, faultKinds, parseCase, sidesOf } from '../src/faults/fault.ts';
import { coverageOf, plannedCases, requiredCoverage } from '../src/faults/fault-plan.ts';
import { type WriteType, writeTypes } from '../src/proxy/write.ts';

const anyWrites = fc.array(fc.constantFrom<WriteType>('push', 'handled', 'lock', 'outside', 'charge'), {
  minLength: 1,
  maxLength: 12,
});
const anyKinds = fc.uniqueArray(fc.constantFrom(...faultKinds), { minLength: 1 });
const planned = (
  writes: readonly WriteType[],
  kinds: readonly (typeof faultKinds)[number][],
  seed: number,
  faultsPerRun = 1,
) => [...plannedCases({ writes, kinds, seed, faultsPerRun })].flat();

test('[fault-plan-1] after any number of cases, each type of write has had its share of each kind of fault', () => {
  fc.assert(
    fc.property(anyWrites, anyKinds, fc.nat(), fc.nat(), (writes, kinds, seed, stop) => {
      const all = planned(writes, kinds, seed);
      const some = all.slice(0, stop % (all.length + 1));
      const countOf = (faults: readonly Fault[], share: string) =>
        faults.filter((fault) => coverageOf(fault) === share).length;
      for (const kind of kinds) {
        const shares = [...requiredCoverage(writes, [kind])];
        const open = shares.filter((share) => countOf(some, share) < countOf(all, share));
        const fewest = Math.min(...open.map((share) => countOf(some, share)));
        for (const share of open) expect(countOf(some, share)).toBeLessThanOrEqual(fewest + 1);
      }
    }),
  );
});

test('[fault-plan-2] no kind is injected twice at a point, and in the end it was injected at every point', () => {
  fc.assert(
    fc.property(anyWrites, anyKinds, fc.nat(), fc.integer({ min: 1, max: 4 }), (writes, kinds, seed, faultsPerRun) => {
      const texts = planned(writes, kinds, seed, faultsPerRun).map((fault) => caseText([fault]));
      expect(new Set(texts).size).toBe(texts.length);
      const points = kinds.flatMap((kind) => writes.flatMap((type) => sidesOf(kind, type)));
      expect(texts).toHaveLength(points.length);
    }),
  );
});

test('[fault-plan-3] the same seed gives the same cases, another seed other cases', () => {
  const writes = Array.from({ length: 20 }, (_, index): WriteType => (index % 2 === 0 ? 'push' : 'handled'));
  expect(planned(writes, faultKinds, 7)).toEqual(planned(writes, faultKinds, 7));
  expect(planned(writes, faultKinds, 7)).not.toEqual(planned(writes, faultKinds, 8));
});

test('the faults of one run are in the order of the writes', () => {
  const writes: WriteType[] = ['push', 'handled', 'push', 'handled'];
  const placeOf = ({ type, ordinal, side }: Fault) =>
    2 * ((ordinal - 1) * 2 + (type === 'push' ? 0 : 1)) + (side === 'after' ? 1 : 0);
  for (const faults of plannedCases({ writes, kinds: ['kill', 'warm'], seed: 3, faultsPerRun: 3 })) {
    const places = faults.map(placeOf);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  }
});

test('parseCase reads what caseText writes', () => {
  const anyFault = fc
    .tuple(fc.constantFrom(...faultKinds), fc.constantFrom(...writeTypes), fc.integer({ min: 1, max: 999 }))
    .map(([kind, type, ordinal]): Fault => ({ kind, type, ordinal, side: 'after' }));
  fc.assert(
    fc.property(fc.array(anyFault, { minLength: 1, maxLength: 4 }), (faults) => {
      expect(parseCase(caseText(faults))).toEqual(faults);
    }),
  );
});

test.each([
  ['kill', /is not a fault\. Write it in the form/],
  ['kill@push#0:after', /is not a fault/],
  ['explode@push#1:after', /"explode" is not a kind of fault\. Use one of: warm, cold/],
  ['kill@shove#1:after', /"shove" is not a type of write\. Use one of: push/],
])('the case %s is rejected, with the reason', (text, message) => {
  expect(() => parseCase(text)).toThrow(message);
});
