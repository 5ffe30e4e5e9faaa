/**
 * Installs the packages of a Python Actor into a virtual environment, which is a layer that builds with the same packages
 * share. `uv` does it where this machine has it, else the interpreter's own `pip`.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from '../build-failure.ts';
import { runBuildCommand } from '../build-process.ts';
import { findProgram } from '../find-program.ts';
import type { LayerWork } from '../layers.ts';
import { provideBrowsers } from './python-browsers.ts';
import type { Interpreter } from './python-interpreter.ts';
import type { PythonProject } from './python-project.ts';

export interface PythonInstallation {
  readonly folder: string;
  readonly project: PythonProject;
  readonly interpreter: Interpreter;
  readonly environment: Readonly<Record<string, string>>;
}

/** The name of the virtual environment's folder in a layer. */
export const venvName = 'venv';
const sourcesName = 'sources';

/**
 * The name of the layer. Packages that are files of the Actor are of one build only: its folder is where they are.
 * @param useCache false makes a layer of this build's own
 */
export async function layerKeyOf(
  { folder, project, interpreter }: PythonInstallation,
  { buildId, useCache }: { readonly buildId: string; readonly useCache: boolean },
): Promise<string> {
  const { packages, ofImage, installsOwnFiles } = project;
  const files = packages.kind === 'none' ? [] : packages.files;
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  const args = packages.kind === 'pip' ? packages.args : [];
  const parts = [packages.kind, args, files, texts, ofImage, interpreter.file, interpreter.version];
  const digest = createHash('sha256')
    .update(JSON.stringify([...parts, process.platform, process.arch]))
    .digest('hex')
    .slice(0, 40);
  return installsOwnFiles || !useCache ? `python-${digest}-${buildId}` : `python-${digest}`;
}

/** Fills a layer. See `FillLayer`. */
export async function installPackages(
  installation: PythonInstallation,
  { partial, layer }: { readonly partial: string; readonly layer: string },
  work: LayerWork,
): Promise<void> {
  const { folder, project, environment, interpreter } = installation;
  const venv = path.join(partial, venvName);
  const installer = new Installer({ interpreter, environment, partial, venv, work });
  await installer.makeVenv();
  let at = folder;
  if (!project.installsOwnFiles && project.packages.kind !== 'none') {
    // Builds share the work, so it may outlast the folder of the build that began it.
    at = path.join(partial, sourcesName);
    for (const name of project.packages.files) await cp(path.join(folder, name), path.join(at, name));
    await mkdir(at, { recursive: true });
  }
  await installer.install(project, at);
  await rm(path.join(partial, sourcesName), { recursive: true, force: true });
  await provideBrowsers(venv, environment, work.log);
  await rewritePaths(path.join(venv, 'bin'), partial, layer);
}

interface InstallerParts {
  readonly interpreter: Interpreter;
  readonly environment: Readonly<Record<string, string>>;
  readonly partial: string;
  readonly venv: string;
  readonly work: LayerWork;
}

class Installer {
  readonly #parts: InstallerParts;
  readonly #uv: string | undefined;

  constructor(parts: InstallerParts) {
    this.#parts = parts;
    this.#uv = findProgram('uv', parts.environment);
  }

  async makeVenv(): Promise<void> {
    const { interpreter, partial, venv } = this.#parts;
    if (this.#uv !== undefined) {
      return this.#run(
        this.#uv,
        ['venv', '--quiet', '--no-project', '--seed', '--python', interpreter.file, venv],
        partial,
      );
    }
    if (!interpreter.hasVenv) {
      throw new BuildFailure(
        `Python ${interpreter.version} of this machine has no module venv. Install it (on Debian: apt-get install python3-venv), or uv, and build again.`,
      );
    }
    await this.#run(interpreter.file, ['-m', 'venv', venv], partial);
  }

  async install({ packages, ofImage, installsOwnFiles }: PythonProject, folder: string): Promise<void> {
    switch (packages.kind) {
      case 'uv':
        return this.#syncWithUv(folder, installsOwnFiles);
      case 'poetry':
        return this.#installWithPoetry(folder, installsOwnFiles);
      case 'pip': {
        const texts = await Promise.all(packages.files.map((name) => readFile(path.join(folder, name), 'utf8')));
        // pip then refuses whatever has no digest.
        const isHashed = texts.some((text) => text.includes('--hash='));
        return this.#pip([...packages.args, ...(isHashed ? [] : ofImage)], folder);
      }
      case 'none':
        if (ofImage.length > 0) return this.#pip(ofImage, folder);
        this.#parts.work.log('Dependencies: none.');
    }
  }

  async #pip(args: readonly string[], folder: string): Promise<void> {
    const python = path.join(this.#parts.venv, 'bin', 'python');
    this.#parts.work.log(`Dependencies: pip install ${args.join(' ')}`);
    if (this.#uv !== undefined) {
      return this.#run(this.#uv, ['pip', 'install', '--compile-bytecode', '--python', python, ...args], folder);
    }
    await this.#run(python, ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...args], folder);
  }

  async #syncWithUv(folder: string, installsOwnFiles: boolean): Promise<void> {
    const uv = this.#uv ?? (await this.#installTool('uv'));
    const own = installsOwnFiles ? [] : ['--no-install-project'];
    const args = ['sync', '--frozen', '--no-dev', '--inexact', '--compile-bytecode', ...own];
    this.#parts.work.log(`Dependencies: uv ${args.join(' ')}`);
    const { venv, interpreter } = this.#parts;
    await this.#run(uv, [...args, '--python', interpreter.file], folder, { UV_PROJECT_ENVIRONMENT: venv });
    await this.#removeTools();
  }

  async #installWithPoetry(folder: string, installsOwnFiles: boolean): Promise<void> {
    const poetry = findProgram('poetry', this.#parts.environment) ?? (await this.#installTool('poetry'));
    const args = ['install', '--only', 'main', '--no-interaction', ...(installsOwnFiles ? [] : ['--no-root'])];
    this.#parts.work.log(`Dependencies: poetry ${args.join(' ')}`);
    // Poetry installs into the environment that is active.
    const { venv, environment } = this.#parts;
    const PATH = [path.join(venv, 'bin'), environment.PATH ?? ''].join(path.delimiter);
    await this.#run(poetry, args, folder, { VIRTUAL_ENV: venv, PATH });
    await this.#removeTools();
  }

  /** Installs `uv` or `poetry` for this build alone. Resolves with the program. */
  async #installTool(name: string): Promise<string> {
    const { interpreter, partial, work } = this.#parts;
    const tools = path.join(partial, 'tools');
    const python = path.join(tools, 'bin', 'python');
    work.log(`Dependencies: this machine has no ${name}, so it is installed for this build.`);
    if (this.#uv !== undefined) {
      await this.#run(this.#uv, ['venv', '--quiet', '--no-project', '--python', interpreter.file, tools], partial);
      await this.#run(this.#uv, ['pip', 'install', '--quiet', '--python', python, name], partial);
    } else {
      await this.#run(interpreter.file, ['-m', 'venv', tools], partial);
      await this.#run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', name], partial);
    }
    return path.join(tools, 'bin', name);
  }

  #removeTools(): Promise<void> {
    return rm(path.join(this.#parts.partial, 'tools'), { recursive: true, force: true });
  }

  /** @throws BuildFailure when the command fails */
  async #run(
    file: string,
    args: readonly string[],
    folder: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { environment, work } = this.#parts;
    const { signal, log } = work;
    await mkdir(folder, { recursive: true });
    const exitCode = await runBuildCommand({
      file,
      args,
      folder,
      environment: { ...environment, ...more },
      signal,
      onLine: log,
    });
    if (exitCode === 0) return;
    const command = [path.basename(file), ...args.filter((arg) => !path.isAbsolute(arg))].join(' ');
    throw new BuildFailure(
      `"${command}" ended with exit code ${exitCode}. The log says why; correct it and build again.`,
    );
  }
}

/** The programs of a virtual environment name its interpreter by its whole path, which changes when the layer is complete. */
async function rewritePaths(bin: string, from: string, to: string): Promise<void> {
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(bin, entry.name);
    const bytes = await readFile(file);
    if (!bytes.includes(from)) continue;
    const isText = !bytes.includes(0);
    if (isText) await writeFile(file, bytes.toString('utf8').replaceAll(from, to));
  }
}
