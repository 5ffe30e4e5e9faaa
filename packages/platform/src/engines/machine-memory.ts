import { totalmem } from 'node:os';

const bytesOfMbyte = 1024 * 1024;
const mbytesOfGbyte = 1024;

/**
 * What runs may have of a machine's memory, in MB: all of it, rounded up to a whole GB, since the kernel keeps some of what
 * was built in. Runs seldom use all of the memory that they ask for.
 */
export const mbytesForRuns = (bytes: number): number => Math.ceil(bytes / bytesOfMbyte / mbytesOfGbyte) * mbytesOfGbyte;

/** Of this machine, or of the container that this process is in. */
export function machineMbytes(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return mbytesForRuns(limit > 0 ? Math.min(limit, total) : total);
}
