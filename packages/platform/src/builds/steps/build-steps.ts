import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ImageMaker } from '../../engines/engine.ts';
import type { BuildJob } from '../build-queue.ts';
import type { BuildResult, EnvVar } from '../build-row.ts';
import { type ActorDefinition, readActorDefinition } from '../input/actor-definition.ts';
import { BuildFailure } from './build-failure.ts';
import { runBuildCommand } from './build-process.ts';
import { type Dependencies, hasDependencies, type Installation, npmInstall } from './dependencies.ts';
import type { Download } from './download.ts';
import { makeImage } from './image-step.ts';
import { readPackageFile } from './package-file.ts';
import { downloadSources, needsDownload, writeSources } from './sources.ts';
import { findStartCommand, type StartCommand } from './start-command.ts';
import { browserBuildVariables } from './system-browser.ts';

export interface BuildWork {
  readonly job: BuildJob;
  /** The folder for the Actor's files. */
  readonly folder: string;
  readonly dependencies: Dependencies;
  readonly download: Omit<Download, 'signal'>;
  /** The platform's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Called once the sources have arrived. Resolves when the build may use the machine. */
  readonly takePlace: () => Promise<void>;
  /** Makes an image from the sources. Without it, the build makes a folder. */
  readonly images: ImageMaker | undefined;
  /** Called before the build's folder links to the layer `key`. */
  readonly nameDependencies: (key: string) => Promise<void>;
}

/**
 * Makes from the sources what an engine can start.
 * @throws BuildFailure with what the author must change; the reason of `signal` when it is aborted
 */
export async function performBuild(work: BuildWork): Promise<BuildResult> {
  const { job, folder, signal, log } = work;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  if (needsDownload(job.version)) log(`Build ${job.number}: downloading the sources.`);
  await downloadSources(folder, job.version, { ...work.download, signal });
  await work.takePlace();
  signal.throwIfAborted();
  log(`Build ${job.number}: writing the sources.`);
  await writeSources(folder, job.version);
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
    `The build script ended with exit code ${exitCode}. The log says why; correct it and build again.`,
  );
}

/** Variables of the platform's environment that builds get. Not all of them: one may contain the platform's token. */
const passedOn = [
  'HOME',
  'LANG',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'npm_config_registry',
  'npm_config_cache',
  'npm_config_userconfig',
  'npm_config_globalconfig',
  'npm_config_proxy',
  'npm_config_https_proxy',
  'npm_config_noproxy',
  'npm_config_cafile',
  'npm_config_strict_ssl',
];

/** The environment of a build's commands. The platform's own Node comes first in `PATH`. */
function buildEnvironment(
  platform: Readonly<Record<string, string | undefined>>,
  envVars: readonly EnvVar[],
): Record<string, string> {
  const kept = passedOn.flatMap((name) => {
    const value = platform[name] ?? platform[name.toUpperCase()];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...browserBuildVariables(platform),
    ...Object.fromEntries(envVars.map(({ name, value }) => [name, value])),
    PATH: [path.dirname(process.execPath), platform.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(path.delimiter),
    CI: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}
