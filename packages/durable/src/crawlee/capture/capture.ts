import type { StorageClientInside } from '../inside.ts';
import type { Work } from '../work.ts';

/** A call of a method of a client, and who makes it. */
export interface Call<Arguments extends unknown[], Result> {
  readonly name: string;
  readonly client: StorageClientInside;
  readonly arguments: Arguments;
  /** As if nothing was caught. */
  stock(): Promise<Result>;
}

/** What becomes of a call inside of an open work; undefined when there is no work. */
export type Capture = (work: Work | undefined, call: Call<never[], unknown>) => Promise<unknown>;
export type Captures = Readonly<Record<string, Capture>>;
