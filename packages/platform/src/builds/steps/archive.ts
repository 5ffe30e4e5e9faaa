import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import * as yauzl from 'yauzl';
import { isSafeName } from '../../actors/source-files.ts';
import { BuildFailure } from './build-failure.ts';

const maxUnpackedBytes = 512 * 1024 * 1024;
const maxEntries = 50_000;

/** Unpacks a tar, tar.gz or zip archive. No entry can be written outside `folder`. */
export async function unpackArchive(file: string, folder: string): Promise<void> {
  const start = await readStart(file);
  if (start.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'))) return unpackZip(file, folder);
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  if (isGzip || start.subarray(257, 262).toString('latin1') === 'ustar') return unpackTar(file, folder);
  throw new BuildFailure('The archive is neither tar, tar.gz nor zip. Pack the Actor as one of these.');
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Limits how much is unpacked, since a small archive may unpack to more than fits on the disk. */
class Allowance {
  #bytes = 0;
  #entries = 0;

  take(name: string, bytes: number): void {
    if (!isSafeName(name))
      throw new BuildFailure(`The archive holds "${name}", which leads out of the Actor's folder.`);
    this.#bytes += bytes;
    this.#entries += 1;
    if (this.#bytes <= maxUnpackedBytes && this.#entries <= maxEntries) return;
    throw new BuildFailure(
      `The archive unpacks to more than ${maxUnpackedBytes} bytes or ${maxEntries} files. Leave out what the Actor does not need.`,
    );
  }
}

/** Every entry is checked before the first one is written. */
async function unpackTar(file: string, folder: string): Promise<void> {
  const allowance = new Allowance();
  let refusal: unknown;
  try {
    await tar.t({
      file,
      strict: true,
      onReadEntry(entry) {
        try {
          if (refusal === undefined) checkTarEntry(entry, allowance);
        } catch (error) {
          refusal = error;
        }
        entry.resume();
      },
    });
    if (refusal === undefined) await tar.x({ file, cwd: folder, strict: true, noMtime: true });
  } catch (error) {
    refusal ??= error;
  }
  if (refusal === undefined) return;
  if (refusal instanceof BuildFailure) throw refusal;
  throw new BuildFailure(`The archive could not be unpacked: ${(refusal as Error).message}.`);
}

/** Entries with metadata about the entry that follows them. */
const describing = ['ExtendedHeader', 'GlobalExtendedHeader', 'NextFileHasLongPath', 'NextFileHasLongLinkpath'];

function checkTarEntry(entry: tar.ReadEntry, allowance: Allowance): void {
  if (describing.includes(entry.type)) return;
  const name = entry.path.replace(/^\.\//, '');
  if (name === '' || name === '.') return;
  allowance.take(name, entry.size);
  if (['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(entry.type)) return;
  // An Actor's sources need no links, and only a link can lead out of the folder.
  throw new BuildFailure(`The archive holds "${name}", which is neither a file nor a folder. Pack it without links.`);
}

const fileTypeMask = 0o170000;
const linkType = 0o120000;

async function unpackZip(file: string, folder: string): Promise<void> {
  const allowance = new Allowance();
  try {
    const zip = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) await unpackZipEntry(zip, entry, folder, allowance);
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof BuildFailure) throw error;
    throw new BuildFailure(`The archive could not be unpacked: ${(error as Error).message}.`);
  }
}

async function unpackZipEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, folder: string, allowance: Allowance) {
  const { fileName: name } = entry;
  allowance.take(name, entry.uncompressedSize);
  if (((entry.externalFileAttributes >>> 16) & fileTypeMask) === linkType) {
    throw new BuildFailure(`The archive holds "${name}", which is a link. Pack it without links.`);
  }
  const target = path.join(folder, name);
  if (name.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(path.dirname(target), { recursive: true });
  // The stream fails when there is more data than the entry's header says, so the deducted size is an upper limit.
  await pipeline(
    await zip.openReadStreamPromise(entry),
    createWriteStream(target, { flags: 'wx', mode: modeOf(entry) }),
  );
}

/** The hosts of "version made by" whose attributes have the mode of a file: Unix and macOS (source: APPNOTE.TXT, 4.4.2). */
const hostsWithModes = [3, 19];

/** The permissions that the archive names, so that a start script stays executable; always readable by the platform. */
function modeOf({ versionMadeBy, externalFileAttributes }: yauzl.Entry): number {
  const permissions = (externalFileAttributes >>> 16) & 0o777;
  return hostsWithModes.includes(versionMadeBy >>> 8) && permissions !== 0 ? permissions | 0o600 : 0o666;
}
