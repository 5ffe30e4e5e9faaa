import type { Json } from '../src/json.ts';

export interface SoundActor {
  readonly actor: string;
  readonly input: Json;
}

export const soundActors: readonly SoundActor[] = [
  { actor: 'records-by-key', input: { pages: 3 } },
  { actor: 'commits', input: { pages: 6 } },
  { actor: 'durable-loop', input: { pages: 6 } },
];
