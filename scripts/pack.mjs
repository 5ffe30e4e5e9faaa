/** The packages that are published, packed as npm would upload them. Runs under the Node of the workspace. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
// It holds a lock while it builds: a test that exports an Actor builds the same packages.
import { packPackage } from '../packages/cli/src/actor/packed-package.ts';
import { packagesFolder } from './compile.mjs';

/** By their names, where each is in `packages/`. */
export const publishedPackages = { wherry: 'cli', '@wherry/durable': 'durable', '@wherry/tiktok': 'tiktok' };

/** Builds and packs one of them into `folder`. Resolves with the path of the archive. */
export async function packInto(folder, name) {
  const { fileName, bytes } = await packPackage(path.join(packagesFolder, publishedPackages[name]), new Map());
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, fileName);
  await writeFile(file, bytes);
  return file;
}
