import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';
import { runBuildCommand } from './build-process.ts';
import { linkInstalled, ownInstallation } from './installed-packages.ts';
import { Layers } from './layers.ts';
import { type PackageFile, readText } from './package-file.ts';

export interface Installation {
  readonly folder: string;
  readonly packageFile: PackageFile;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
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

/** The packages of Actors for Node, in layers. */
export class Dependencies {
  readonly layers: Layers;
  readonly #installation: string | undefined;

  /** `installation`: a folder in which npm has installed packages that layers may share. */
  constructor(folder: string, installation = ownInstallation()) {
    this.layers = new Layers(folder);
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
    const { folder, packageFile } = installation;
    const layer = await this.layers.ensure(key, installation, (partial, _layer, work) =>
      this.#fill(partial, { ...installation, ...work }),
    );
    const from = path.join(layer, 'node_modules');
    const to = path.join(folder, 'node_modules');
    await rm(to, { recursive: true, force: true });
    // A build script may write into its packages, but must not change those of other builds.
    if (!hasBuildScript(packageFile)) return symlink(from, to);
    await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  }

  async #fill(partial: string, installation: Installation): Promise<void> {
    await mkdir(path.join(partial, 'node_modules'));
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

/**
 * @param more packages that the file `package.json` does not name, such as `name@1`
 * @throws BuildFailure when npm cannot install what `package.json` asks for
 */
export async function npmInstall(
  { folder, packageFile, environment, signal, log }: Installation,
  more: readonly string[] = [],
): Promise<void> {
  const kind = hasBuildScript(packageFile) ? '--include=dev' : '--omit=dev';
  // A lockfile has the digests of the archives, so npm's cache is as good as the registry.
  const offline = (await hasLock(folder)) ? ['--prefer-offline'] : [];
  const unsaved = more.length > 0 ? ['--no-save', ...more] : [];
  const args = ['install', '--no-audit', '--no-fund', kind, ...offline, ...unsaved];
  log(`Dependencies: npm ${args.join(' ')}`);
  const exitCode = await runBuildCommand({ file: 'npm', args, folder, environment, signal, onLine: log });
  if (exitCode === 0) return;
  throw new BuildFailure(
    `npm install ended with exit code ${exitCode}. The log says why; correct package.json accordingly.`,
  );
}

const hasLock = async (folder: string) => (await readText(path.join(folder, lockFile))) !== undefined;
