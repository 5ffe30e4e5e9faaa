import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ImageMaker } from '../engines/engine.ts';
import { type ActorDefinition, readActorDefinition } from './actor-definition.ts';
import { buildEnvironment } from './build-environment.ts';
import { BuildFailure } from './build-failure.ts';
import { runBuildCommand } from './build-process.ts';
import type { BuildJob } from './build-queue.ts';
import type { BuildResult } from './build-row.ts';
import { type Dependencies, hasDependencies, type Installation, npmInstall } from './dependencies.ts';
import type { Download } from './download.ts';
import { makeImage } from './image-step.ts';
import { readPackageFile } from './package-file.ts';
import { writeSources } from './sources.ts';
import { findStartCommand, type StartCommand } from './start-command.ts';

export interface BuildWork {
  readonly job: BuildJob;
  /** Where the Actor's files go. */
  readonly folder: string;
  readonly dependencies: Dependencies;
  readonly download: Omit<Download, 'signal'>;
  /** The platform's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** What makes an image of the sources; without it, the build makes a folder. */
  readonly images: ImageMaker | undefined;
  /** Called before the build's folder links to the layer `key`. */
  readonly nameDependencies: (key: string) => Promise<void>;
}

/**
 * From source to something that an engine can start.
 * @throws BuildFailure what its author has to mend; the reason of `signal` when it was aborted
 */
export async function performBuild(work: BuildWork): Promise<BuildResult> {
  const { job, folder, signal, log } = work;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  log(`Build ${job.number}: writing the sources.`);
  await writeSources(folder, job.version, { ...work.download, signal });
  signal.throwIfAborted();
  const described = await readActorDefinition(folder);
  if (work.images !== undefined) {
    const image = await makeImage(work.images, work, described);
    return { command: null, image, ...described };
  }
  return { command: await makeFolder(work, described), ...described };
}

async function makeFolder(work: BuildWork, { definition }: ActorDefinition): Promise<StartCommand> {
  const { job, folder, signal, log } = work;
  const packageFile = await readPackageFile(folder);
  const envVars = job.version.applyEnvVarsToBuild ? job.envVars : [];
  const environment = buildEnvironment(work.environment, envVars);
  if (packageFile !== undefined) {
    const installation = { folder, packageFile, environment, signal, log };
    await installDependencies(work, installation);
    await runBuildScript(installation);
  }
  const command = await findStartCommand(folder, packageFile, definition?.dockerfile);
  log(`Build ${job.number}: done. It starts with: ${[command.file, ...command.args].join(' ')}`);
  return command;
}

async function installDependencies(work: BuildWork, installation: Installation): Promise<void> {
  if (!hasDependencies(installation.packageFile)) return installation.log('Dependencies: none.');
  const { dependencies, job } = work;
  const key = await dependencies.keyOf(installation);
  if (key === undefined) return npmInstall(installation);
  const ownKey = job.options.useCache === false ? `${key}-${job.id}` : key;
  await work.nameDependencies(ownKey);
  await dependencies.install(ownKey, installation);
}

async function runBuildScript({ folder, packageFile, environment, signal, log }: Installation): Promise<void> {
  const script = packageFile.scripts?.build;
  if (script === undefined) return;
  log(`Build script: ${script}`);
  const PATH = `${path.join(folder, 'node_modules', '.bin')}${path.delimiter}${environment.PATH}`;
  const exitCode = await runBuildCommand({
    file: '/bin/sh',
    args: ['-c', script],
    folder,
    environment: { ...environment, PATH },
    signal,
    onLine: log,
  });
  if (exitCode === 0) return;
  throw new BuildFailure(
    `The build script ended with exit code ${exitCode}. The log says why; mend it and build again.`,
  );
}
