/** Sizes in characters. Tests use small limits, so that little data reaches every code path. */
export interface StateLimits {
  /** The largest tail. Each commit writes the tail in addition to its own change. */
  readonly maxTailSize: number;
  /** Fresh segments that reach this size together are merged. Some commits write this much in addition to their own change. */
  readonly maxFreshSize: number;
  /** No snapshot is written while the log is shorter than this, however small the last snapshot is. */
  readonly minLogSize: number;
  /** The largest state that is created or upgraded by operations in one commit. For a larger state a snapshot is written. */
  readonly maxFirstSize: number;
  /** The longest log as a fraction of the snapshot. It decides the cost of opening and how often a snapshot is written. */
  readonly logPerSnapshot: number;
  /** One record of a snapshot. The platform keeps records up to 1 MiB in its database. */
  readonly chunkSize: number;
  /** How much of a snapshot is made between two commits, unless the commits add more than half of it. */
  readonly sliceSize: number;
  /** One operation of a snapshot. */
  readonly groupSize: number;
  /** The largest readable copy in the head. Each commit writes it again. */
  readonly maxReadableSize: number;
  /** The largest readable copy in a separate record that is made in one step, which blocks the event loop. */
  readonly maxExactCopySize: number;
  /** The largest readable copy. Apify accepts records up to 9 MB; a character may take more than one byte. */
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
