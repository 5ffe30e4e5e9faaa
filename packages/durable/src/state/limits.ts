/** Sizes in characters. Tests make them small, so that little data goes through all of it. */
export interface StateLimits {
  /** The largest tail: what each commit writes on top of its own change. */
  readonly maxTailSize: number;
  /** How many fresh segments become a merged one. */
  readonly maxFresh: number;
  /** The log that is worth a snapshot, however small the snapshot is. */
  readonly minLogSize: number;
  /** The largest state that begins, or is upgraded, by operations in one commit; a larger one does by a snapshot. */
  readonly maxFirstSize: number;
  /** The longest log beside a snapshot, as a part of it: what opening costs, and how often a snapshot is written. */
  readonly logPerSnapshot: number;
  /** The platform keeps records up to 1 MiB in its database. */
  readonly chunkSize: number;
  /** How much of a snapshot is made between two commits. */
  readonly sliceSize: number;
  /** One operation of a snapshot. */
  readonly groupSize: number;
}

export const defaultLimits: StateLimits = {
  maxTailSize: 2048,
  maxFresh: 32,
  minLogSize: 1_000_000,
  maxFirstSize: 1_000_000,
  logPerSnapshot: 0.5,
  chunkSize: 1_000_000,
  sliceSize: 64 * 1024,
  groupSize: 16 * 1024,
};
