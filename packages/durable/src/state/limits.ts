/** Sizes in characters. Tests make them small, so that little data goes through all of it. */
export interface StateLimits {
  /** The largest tail: what each commit writes on top of its own change. */
  readonly maxTailSize: number;
  /** Fresh segments of this size become a merged one: what a commit may write on top of its own change, now and then. */
  readonly maxFreshSize: number;
  /** The log that is worth a snapshot, however small the snapshot is. */
  readonly minLogSize: number;
  /** The largest state that begins, or is upgraded, by operations in one commit; a larger one does by a snapshot. */
  readonly maxFirstSize: number;
  /** The longest log beside a snapshot, as a part of it: what opening costs, and how often a snapshot is written. */
  readonly logPerSnapshot: number;
  /** The platform keeps records up to 1 MiB in its database. */
  readonly chunkSize: number;
  /** How much of a snapshot is made between two commits, unless they bring more. */
  readonly sliceSize: number;
  /** One operation of a snapshot. */
  readonly groupSize: number;
  /** The copy for people in the head, which each commit writes again. */
  readonly maxReadableSize: number;
  /** The copy for people in a record of its own, when it is of one moment: making one stops the program. */
  readonly maxExactCopySize: number;
  /** The largest copy for people. Apify takes records up to 9 MB; the rest is for what has more than a byte. */
  readonly maxReadableCopySize: number;
}

export const defaultLimits: StateLimits = {
  maxTailSize: 2048,
  maxFreshSize: 64 * 1024,
  minLogSize: 1_000_000,
  maxFirstSize: 1_000_000,
  logPerSnapshot: 0.5,
  chunkSize: 1_000_000,
  sliceSize: 64 * 1024,
  groupSize: 16 * 1024,
  maxReadableSize: 4096,
  maxExactCopySize: 1_000_000,
  maxReadableCopySize: 6_000_000,
};
