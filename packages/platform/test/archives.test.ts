import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { unpackArchive } from '../src/builds/steps/archive.ts';

interface Entry {
  readonly name: string;
  /** The system that made it: 3 for Unix, 0 for MS-DOS. */
  readonly host: number;
  readonly mode: number;
}

const content = Buffer.from('#!/bin/sh\n');

/** A zip whose files are stored as they are. */
function zipOf(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, host, mode } of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), content]);
    const head = Buffer.alloc(6);
    head.write('PK\x01\x02', 'latin1');
    head.writeUInt16LE((host << 8) | 20, 4);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((0o100000 | mode) * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([head, common, tail, Buffer.from(name)]));
    files.push(file);
    offset += file.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

test('a file of a zip keeps its permissions', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const entries = [
    { name: 'start.sh', host: 3, mode: 0o755 },
    { name: 'hidden', host: 3, mode: 0o040 },
    { name: 'dos', host: 0, mode: 0o777 },
    { name: 'none', host: 3, mode: 0 },
  ];
  await writeFile(path.join(folder, 'actor.zip'), zipOf(entries));
  await unpackArchive(path.join(folder, 'actor.zip'), folder);
  const modeOf = async (name: string) => (await stat(path.join(folder, name))).mode & 0o777;
  const umask = process.umask();
  expect(await modeOf('start.sh')).toBe(0o755 & ~umask);
  // The platform itself must be able to read what it unpacks.
  expect((await modeOf('hidden')) & 0o600).toBe(0o600);
  expect(await modeOf('dos')).toBe(0o666 & ~umask);
  expect(await modeOf('none')).toBe(0o666 & ~umask);
});
