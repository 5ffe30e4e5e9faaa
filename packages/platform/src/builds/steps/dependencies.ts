import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../shared/ids.ts';
import { BuildFailure } from './build-failure.ts';
import { runBuildCommand } from './build-process.ts';
import { linkInstalled, ownInstallation } from './installed-packages.ts';
import { type PackageFile, readText } from './package-file.ts';

export interface Installation {
  readonly folder: string;
  readonly packageFile: PackageFile;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

interface LayerAtWork {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  readonly logs: Set<(line: string) => void>;
}

/** Dependencies whose packages are files of the Actor. They cannot be installed in another folder. */
const localSpecifier = /^(?:file|link|workspace|portal):|^\.{0,2}\//;
/** An exception: an archive among the files, such as `file:vendor/tools-1.0.0.tgz`, can be copied. */
const archiveSpecifier = /^file:(?:\.\/)?((?:[^./][^/]*\/)*[^./][^/]*\.tgz)$/;
const installScripts = ['preinstall', 'install', 'postinstall', 'prepare', 'dependencies'];

export const hasDependencies = (file: PackageFile | undefined): file is PackageFile =>
  file !== undefined && Object.keys({ ...file.dependencies, ...file.optionalDependencies, ...devOf(file) }).length > 0;

const hasBuildScript = (file: PackageFile) => file.scripts?.build !== undefined;
/** Only a build script needs them. */
const devOf = (file: PackageFile) => (hasBuildScript(file) ? file.devDependencies : undefined);

/**
 * Folders of installed packages ("layers"), one for each set of dependencies. A layer is made once and shared by all
 * builds with the same dependencies: the second deployment of an Actor installs nothing.
 */
export class Dependencies {
  readonly #folder: string;
  readonly #installation: string | undefined;
  readonly #atWork = new Map<string, LayerAtWork>();

  /** `installation`: a folder in which npm has installed packages that layers may share. */
  constructor(folder: string, installation = ownInstallation()) {
    this.#folder = folder;
    this.#installation = installation;
  }

  /** Resolves with the layer's name; undefined when the dependencies must be installed in the build's folder. */
  async keyOf({ folder, packageFile }: Pick<Installation, 'folder' | 'packageFile'>): Promise<string | undefined> {
    const { dependencies, optionalDependencies, peerDependencies, overrides, workspaces, scripts } = packageFile;
    if (workspaces !== undefined || specifiersOf(packageFile).some(isTied)) return undefined;
    if (installScripts.some((name) => scripts?.[name] !== undefined)) return undefined;
    const files = await Promise.all(layerFiles.map((name) => readText(path.join(folder, name))));
    const digests = await Promise.all(archivesOf(packageFile).map((name) => digestOf(path.join(folder, name))));
    // npm reports an archive that is missing.
    if (digests.includes(undefined)) return undefined;
    const needed = [dependencies, optionalDependencies, devOf(packageFile), peerDependencies, overrides];
    const parts = [...needed, files, ...(digests.length > 0 ? [digests] : [])];
    const machine = [process.version, process.platform, process.arch];
    return createHash('sha256')
      .update(JSON.stringify([parts, machine]))
      .digest('hex')
      .slice(0, 40);
  }

  /** Links or copies `node_modules` from the layer `key` into the build's folder. Makes a layer that does not exist. */
  async install(key: string, installation: Installation): Promise<void> {
    const { folder, packageFile, log } = installation;
    const layer = path.join(this.#folder, key);
    if (await exists(layer)) log('Dependencies: the same as in an earlier build, nothing to install.');
    else await this.#make(key, layer, installation);
    const from = path.join(layer, 'node_modules');
    const to = path.join(folder, 'node_modules');
    await rm(to, { recursive: true, force: true });
    // A build script may write into its packages, but must not change those of other builds.
    if (!hasBuildScript(packageFile)) return symlink(from, to);
    await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  }

  /** Removes unused layers, and those that a crash left incomplete. To be called at start, before any build. */
  async sweep(used: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((each) => !used.has(each))) {
      await rm(path.join(this.#folder, name), { recursive: true, force: true });
    }
  }

  /** Builds that need the same layer share its installation, which is aborted when none of them waits any more. */
  async #make(key: string, layer: string, installation: Installation): Promise<void> {
    const { signal, log } = installation;
    let work = this.#atWork.get(key);
    if (work === undefined || work.stop.signal.aborted) {
      const stop = new AbortController();
      const logs = new Set<(line: string) => void>();
      const done = this.#makeLayer(layer, { ...installation, signal: stop.signal, log: (line) => tell(logs, line) });
      const made: LayerAtWork = { done, stop, logs };
      work = made;
      this.#atWork.set(key, made);
      const forget = () => this.#atWork.get(key) === made && this.#atWork.delete(key);
      done.then(forget, forget);
    }
    const { logs, stop, done } = work;
    logs.add(log);
    try {
      await Promise.race([done, aborted(signal)]);
    } finally {
      logs.delete(log);
      if (logs.size === 0) stop.abort(signal.reason);
    }
    signal.throwIfAborted();
  }

  async #makeLayer(layer: string, installation: Installation): Promise<void> {
    const partial = path.join(this.#folder, `partial-${newId()}`);
    await mkdir(path.join(partial, 'node_modules'), { recursive: true });
    try {
      await writeFile(path.join(partial, 'package.json'), JSON.stringify(dependenciesOf(installation.packageFile)));
      for (const name of layerFiles) {
        const text = await readText(path.join(installation.folder, name));
        if (text !== undefined) await writeFile(path.join(partial, name), text);
      }
      const archives = archivesOf(installation.packageFile);
      for (const name of archives) await cp(path.join(installation.folder, name), path.join(partial, name));
      await this.#linkInstalled(partial, installation);
      await npmInstall({ ...installation, folder: partial });
      for (const name of archives) await rm(path.join(partial, name));
      // It may contain the token of a registry.
      await rm(path.join(partial, '.npmrc'), { force: true });
      await rename(partial, layer);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
  }

  async #linkInstalled(layer: string, { packageFile, log }: Installation): Promise<void> {
    const lock = await readText(path.join(layer, lockFile));
    if (lock === undefined || this.#installation === undefined) return;
    const withDev = hasBuildScript(packageFile);
    const count = await linkInstalled({ lock, from: this.#installation, to: layer, withDev });
    if (count > 0) log(`Dependencies: ${count} packages are the same as the platform's own, and are linked.`);
  }
}

const lockFile = 'package-lock.json';
const layerFiles = [lockFile, 'npm-shrinkwrap.json', '.npmrc'];

const specifiersOf = (file: PackageFile): string[] =>
  Object.values({ ...file.dependencies, ...file.optionalDependencies, ...devOf(file) });

const isTied = (specifier: string): boolean => localSpecifier.test(specifier) && !archiveSpecifier.test(specifier);

const archivesOf = (file: PackageFile): string[] =>
  specifiersOf(file).flatMap((specifier) => archiveSpecifier.exec(specifier)?.[1] ?? []);

async function digestOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}

function dependenciesOf(file: PackageFile) {
  const { dependencies, optionalDependencies, peerDependencies, overrides } = file;
  const kept = { dependencies, optionalDependencies, peerDependencies, overrides, devDependencies: devOf(file) };
  return { name: 'actor', version: '0.0.0', private: true, ...kept };
}

/** @throws BuildFailure when npm cannot install what `package.json` asks for */
export async function npmInstall({ folder, packageFile, environment, signal, log }: Installation): Promise<void> {
  const kind = hasBuildScript(packageFile) ? '--include=dev' : '--omit=dev';
  // A lockfile has the digests of the archives, so npm's cache is as good as the registry.
  const offline = (await hasLock(folder)) ? ['--prefer-offline'] : [];
  const args = ['install', '--no-audit', '--no-fund', kind, ...offline];
  log(`Dependencies: npm ${args.join(' ')}`);
  const exitCode = await runBuildCommand({ file: 'npm', args, folder, environment, signal, onLine: log });
  if (exitCode === 0) return;
  throw new BuildFailure(
    `npm install ended with exit code ${exitCode}. The log says why; correct package.json accordingly.`,
  );
}

const hasLock = async (folder: string) => (await readText(path.join(folder, lockFile))) !== undefined;

function tell(logs: ReadonlySet<(line: string) => void>, line: string): void {
  for (const log of logs) log(line);
}

async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
