import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ImageMaker } from '../../engines/engine.ts';
import type { BuildJob } from '../build-queue.ts';
import type { BuildResult, EnvVar } from '../build-row.ts';
import { type ActorDefinition, readActorDefinition } from '../definition/actor-definition.ts';
import { BuildFailure } from './build-failure.ts';
import { runBuildCommand } from './build-process.ts';
import { type Dependencies, hasDependencies, type Installation, npmInstall } from './dependencies.ts';
import { findContextFolder, findDockerfile } from './dockerfile.ts';
import type { Download } from './download.ts';
import { type GlobalPackages, withGlobals } from './global-packages.ts';
import { type ImagePlan, imagePlanOf } from './image-plan.ts';
import { makeImage } from './image-step.ts';
import { readPackageFile } from './package-file.ts';
import { buildPython, pythonVariables } from './python/python-build.ts';
import { findPythonProject, type PythonProject } from './python/python-project.ts';
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
  const described = await readActorDefinition(folder, log);
  if (work.images !== undefined) {
    const image = await makeImage(work.images, work, described);
    return { command: null, image, ...described };
  }
  return { command: await makeFolder(work, described), ...described };
}

/**
 * Makes the folder that the process engine starts. What kind of Actor it is, is recognised here and nowhere else: the
 * Dockerfile says what is started where, and package.json, or the files of Python's tools, what is installed for it.
 */
async function makeFolder(work: BuildWork, { definition }: ActorDefinition): Promise<StartCommand> {
  const { job, folder, log } = work;
  const envVars = job.version.applyEnvVarsToBuild ? job.envVars : [];
  const environment = buildEnvironment(work.environment, envVars);
  const plan = await planOf(work, definition, envVars);
  const env = plan === undefined ? {} : await usableVariables(plan, log);
  const variables = Object.keys(env).length > 0 && { env };
  const python = await findPythonProject(folder, plan);
  if (python !== undefined) return { ...(await makePythonFolder(work, python, environment)), ...variables };
  const command = await makeProgram(work, plan, environment);
  log(`Build ${job.number}: done. It starts with: ${[command.file, ...command.args].join(' ')}`);
  const isRoot = plan === undefined || plan.workFolder === '' || !(await isFolder(path.join(folder, plan.workFolder)));
  return { ...command, ...(!isRoot && { folder: plan.workFolder }), ...variables };
}

/** What the Dockerfile says; undefined without one. */
async function planOf(
  { folder }: BuildWork,
  definition: ActorDefinition['definition'],
  envVars: readonly EnvVar[],
): Promise<ImagePlan | undefined> {
  const contextFolder = await findContextFolder(folder, definition?.dockerContextDir);
  const file = await findDockerfile(folder, definition?.dockerfile);
  if (file === undefined) return undefined;
  const given = Object.fromEntries(envVars.map(({ name, value }) => [name, value]));
  const args = { ...given, ACTOR_PATH_IN_DOCKER_CONTEXT: path.relative(contextFolder, folder) || '.' };
  return imagePlanOf(await readFile(file, 'utf8'), { folder, contextFolder, args });
}

/** Installs and compiles what an Actor for Node needs, and finds what starts it. */
async function makeProgram(
  work: BuildWork,
  plan: ImagePlan | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<StartCommand> {
  const { signal, log } = work;
  for (const run of plan?.ignoredRuns ?? []) {
    const [first] = run.replaceAll(/\s+/g, ' ').match(/^.{0,200}/) ?? [];
    log(`The process engine does not carry this out; install on this machine what the Actor needs of it: RUN ${first}`);
  }
  const inner = path.join(work.folder, plan?.workFolder ?? '');
  const folder = (await isFolder(inner)) ? inner : work.folder;
  // In a repository of several packages the one of the Actor may be installed with the others.
  const packageFolder = (await readPackageFile(folder)) === undefined ? work.folder : folder;
  const globals = plan?.globalPackages ?? {};
  const packageFile = withGlobals(await readPackageFile(packageFolder), globals);
  if (packageFile !== undefined) {
    const installation = { folder: packageFolder, packageFile, environment, signal, log };
    await installDependencies(work, installation, globals);
    await runBuildScript(installation);
  }
  const command = await findStartCommand({ folder, packageFile, searchPath: environment.PATH ?? '' }, plan);
  if (Object.keys(globals).length === 0) return command;
  return { ...command, programs: path.relative(work.folder, path.join(packageFolder, 'node_modules', '.bin')) };
}

const isFolder = async (name: string) => (await stat(name).catch(() => undefined))?.isDirectory() === true;

/** Variables that say where things are in an image, or who runs them. */
const ofImage = ['PATH', 'HOME', 'USER'];

/** What ENV sets, with the paths of the image as they are here. A path that is not here is left out. */
async function usableVariables(plan: ImagePlan, log: (line: string) => void): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  const left: string[] = [];
  for (const [name, value] of Object.entries(plan.env)) {
    const own = plan.sourceOf(value);
    const isHere = !value.startsWith('/') || (await stat(value).catch(() => undefined)) !== undefined;
    if (ofImage.includes(name) || (own === undefined && !isHere)) left.push(name);
    else env[name] = own ?? value;
  }
  if (left.length > 0)
    log(`Variables of the Dockerfile that have no meaning without its image are left out: ${left.join(', ')}.`);
  return env;
}

async function makePythonFolder(
  work: BuildWork,
  project: PythonProject,
  environment: Readonly<Record<string, string>>,
): Promise<StartCommand> {
  const { job, dependencies, log } = work;
  const command = await buildPython({
    ...work,
    project,
    layers: dependencies.layers,
    buildId: job.id,
    useCache: job.options.useCache !== false,
    environment: { ...pythonVariables(work.environment), ...environment },
  });
  const shown = typeof project.command === 'string' ? project.command : project.command.join(' ');
  log(`Build ${job.number}: done. It starts with: ${shown}`);
  return command;
}

async function installDependencies(
  work: BuildWork,
  installation: Installation,
  globals: GlobalPackages,
): Promise<void> {
  if (!hasDependencies(installation.packageFile)) return installation.log('Dependencies: none.');
  const { dependencies, job } = work;
  const key = await dependencies.keyOf(installation);
  if (key === undefined) {
    return npmInstall(
      installation,
      Object.entries(globals).map((each) => each.join('@')),
    );
  }
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
