import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { badUsage } from '../failure.ts';
import { type Manifest, readManifest } from './linked-packages.ts';

/** A package as an archive that npm installs. The same source gives the same bytes. */
export interface PackedPackage {
  /** Such as `acme-tools-1.0.0.tgz`. */
  readonly fileName: string;
  readonly bytes: Buffer;
}

/** npm gives all files of an archive this time. */
const packedAt = new Date('1985-10-26T08:15:00.000Z');

/**
 * Builds and packs the package in `folder`: the directory that `publishConfig.directory` names, or the whole folder.
 * @param versions of the linked packages that it needs; in the archive they replace the paths
 */
export const packPackage = (folder: string, versions: ReadonlyMap<string, string>): Promise<PackedPackage> =>
  withPackingLock(folder, () => pack(folder, versions));

async function pack(folder: string, versions: ReadonlyMap<string, string>): Promise<PackedPackage> {
  const { publishConfig, scripts } = await readManifest(folder);
  if (scripts?.build !== undefined) await npm(folder, ['run', 'build']);
  const work = await mkdtemp(path.join(tmpdir(), 'wherry-pack-'));
  try {
    const source = path.join(folder, publishConfig?.directory ?? '.');
    // Its build has run already, and scripts like `prepack` do not run for a registry's archive either.
    await npm(source, ['pack', '--ignore-scripts', '--pack-destination', work]);
    const [fileName] = await readdir(work);
    const file = path.join(work, fileName!);
    if (versions.size > 0) await rewrite(file, path.join(work, 'unpacked'), versions);
    return { fileName: fileName!, bytes: await readFile(file) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Packs an archive again, with versions instead of paths in its `package.json`. */
async function rewrite(file: string, folder: string, versions: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder);
  await tar.x({ file, cwd: folder });
  const [root] = await readdir(folder);
  const manifestFile = path.join(folder, root!, 'package.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
  await writeFile(manifestFile, `${JSON.stringify(withVersions(manifest, versions), null, 2)}\n`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  await tar.c({ file, cwd: folder, gzip: { level: 9 }, portable: true, mtime: packedAt }, files);
}

function withVersions(manifest: Manifest, versions: ReadonlyMap<string, string>): Manifest {
  const versioned = (needed: Manifest['dependencies']) =>
    needed && Object.fromEntries(Object.entries(needed).map(([name, each]) => [name, versions.get(name) ?? each]));
  const { dependencies, optionalDependencies } = manifest;
  return {
    ...manifest,
    ...(dependencies && { dependencies: versioned(dependencies)! }),
    ...(optionalDependencies && { optionalDependencies: versioned(optionalDependencies)! }),
  };
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('npm', args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const output = `${stdout}${stderr}`.trim() || message;
    throw badUsage(`In ${folder}, which the Actor needs, \`npm ${args.join(' ')}\` failed:\n${output}`);
  }
}

/**
 * Runs `body` while no other process on this machine builds or packs the package in `folder`: a build first empties its
 * output, and another process must not pack that.
 */
async function withPackingLock<Result>(folder: string, body: () => Promise<Result>): Promise<Result> {
  const digest = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
  const file = path.join(tmpdir(), `wherry-package-${digest}.lock`);
  while (!(await take(file))) await delay(50);
  try {
    return await body();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  // Empty: its holder has not written it yet.
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
  return false;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
