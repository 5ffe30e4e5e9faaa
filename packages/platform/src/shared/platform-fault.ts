/**
 * Which errors are faults of the platform: it has run out of something that every Actor needs to start, so another try
 * may work and the Actor is not to blame. All other errors of a start are the Actor's or its build's.
 */
import { Refusal } from './errors.ts';

/** System errors by their code in errno(3), with what a user is told. */
const shortages: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk could not be read or written',
  ESTALE: 'the network file system has lost a file',
  EMFILE: 'the platform has too many files open',
  ENFILE: 'the machine has too many files open',
  EAGAIN: 'the machine takes no more processes',
  ENOMEM: 'the machine has no memory left',
  ENOBUFS: 'the machine has no memory left for connections',
};

/** The same errors as a daemon reports them: the C library's texts, at the end of its message. */
const texts: Readonly<Record<string, string>> = {
  'no space left on device': 'ENOSPC',
  'disk quota exceeded': 'EDQUOT',
  'read-only file system': 'EROFS',
  'input/output error': 'EIO',
  'stale file handle': 'ESTALE',
  'too many open files': 'EMFILE',
  'too many open files in system': 'ENFILE',
  'resource temporarily unavailable': 'EAGAIN',
  'cannot allocate memory': 'ENOMEM',
  'no buffer space available': 'ENOBUFS',
};

/** Primary result codes of SQLite that say the same: NOMEM, IOERR, FULL, CANTOPEN. Source: sqlite.org/rescode.html. */
const sqliteCodes = [7, 10, 13, 14];
const primaryCode = 0xff;

/** A fault that only its message tells, as a daemon's. */
export class PlatformFault extends Error {
  override readonly name = 'PlatformFault';
}

/** Says what the platform lacks; undefined for an error that is none of its faults. */
export function platformFaultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof PlatformFault) return error.message;
  if (error instanceof Refusal) return error.type === 'storage-full' ? shortages.ENOSPC : undefined;
  const { code, errcode, cause } = error as Error & { code?: unknown; errcode?: unknown };
  if (typeof code === 'string' && Object.hasOwn(shortages, code)) return shortages[code];
  if (code === 'ERR_SQLITE_ERROR' && sqliteCodes.includes(Number(errcode) & primaryCode)) {
    return 'the database could not be read or written';
  }
  return platformFaultOf(cause);
}

/**
 * The fault that a daemon's message ends with, e.g. `write /var/lib/docker/tmp/1: no space left on device: unknown`.
 * Only its end counts: what stands before may be a name that the Actor has chosen.
 */
export function platformFaultIn(message: string): PlatformFault | undefined {
  const [, end = ''] = /(?:^|: )([^:]+?)(?:: unknown)?\.?\s*$/i.exec(message) ?? [];
  const text = end.toLowerCase();
  if (!Object.hasOwn(texts, text)) return undefined;
  return new PlatformFault(`${shortages[texts[text]!]} (${message.trim()})`);
}
