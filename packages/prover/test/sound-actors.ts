import type { Json } from '../src/comparison/json.ts';

export interface SoundActor {
  readonly actor: string;
  readonly input: Json;
  /** Enough that every kind of fault is injected at every type of write. */
  readonly maxFaults: number;
  /** Only in `npm run test:long` and `npm run prove:long`. */
  readonly isOnlyLong?: true;
}

export const soundActors: readonly SoundActor[] = [
  { actor: 'records-by-key', input: { pages: 3 }, maxFaults: 45, isOnlyLong: true },
  { actor: 'commits', input: { pages: 6 }, maxFaults: 20 },
  // `test/guide.test.ts` proves such a loop each time.
  { actor: 'durable-loop', input: { pages: 6 }, maxFaults: 20, isOnlyLong: true },
];
