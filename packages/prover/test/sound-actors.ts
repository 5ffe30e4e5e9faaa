import type { Json } from '../src/json.ts';

export interface SoundActor {
  readonly actor: string;
  readonly input: Json;
  /** So many let every kind of fault strike at every type of its writes. */
  readonly mostFaults: number;
}

export const soundActors: readonly SoundActor[] = [
  { actor: 'records-by-key', input: { pages: 3 }, mostFaults: 45 },
  { actor: 'commits', input: { pages: 6 }, mostFaults: 20 },
  { actor: 'durable-loop', input: { pages: 6 }, mostFaults: 20 },
];
