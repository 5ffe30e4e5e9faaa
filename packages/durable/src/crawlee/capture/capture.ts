import type { StorageClientInside } from '../inside.ts';
import type { Work } from '../work.ts';

/** A call of a method of a storage client. */
export interface Call<Arguments extends unknown[], Result> {
  readonly name: string;
  readonly client: StorageClientInside;
  readonly arguments: Arguments;
  /** Makes the call as if it was not captured. */
  stock(): Promise<Result>;
}

/** Carries out a call, as a part of the open work if there is one. */
export type Capture = (work: Work | undefined, call: Call<never[], unknown>) => Promise<unknown>;
export type Captures = Readonly<Record<string, Capture>>;
