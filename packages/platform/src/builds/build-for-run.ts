import { type ActorSettings, type DefaultRunOptions, usualRunOptions } from '../actors/actor-settings.ts';
import { unseal } from '../database/secrets.ts';
import { one, type Sql } from '../database/sql.ts';
import type { Program } from '../engines/engine.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import type { BuildResult, BuildStatus, EnvVar } from './build-row.ts';
import { type DeclaredStorages, declaredStorages } from './definition/declared-storages.ts';
import { type OutputTemplates, outputTemplates } from './definition/output-templates.ts';
import { type DeclaredMemory, declaredMemory } from './definition/run-memory.ts';
import type { StartCommand } from './steps/start-command.ts';

/** What a run needs to know about a build. */
export interface BuildForRun {
  readonly id: string;
  /** The user who made it, and who has the Actor. */
  readonly ownerId: string;
  readonly actorId: string;
  readonly number: string;
  /** How the run is started. A folder is relative to the data folder. */
  readonly program: Program;
  /** The version's variables at the time of the build. Secrets are opened. */
  readonly envVars: readonly EnvVar[];
  /** What the image would have of its Dockerfile's ENV. */
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly inputSchema: Readonly<Record<string, unknown>> | null;
  readonly defaultRunOptions: DefaultRunOptions;
  readonly storages: DeclaredStorages;
  readonly memory: DeclaredMemory;
  readonly output: OutputTemplates | null;
}

export const folderOfBuild = (buildId: string): string => `builds/${buildId}`;

/**
 * The build that a run of the Actor uses: by number (`0.1.3`) or tag; the Actor's default build when neither is given.
 * @throws Refusal 404 `unknown-build-tag` or `build-not-found`, 400 `invalid-build` when the build did not succeed
 */
export function* findBuild(actorId: string, tagOrNumber: string | undefined): Sql<BuildForRun> {
  return yield* getBuildForRun(yield* findBuildId(actorId, tagOrNumber));
}

/** Like `findBuild`, but returns the id of a build of any status. */
export function* findBuildId(actorId: string, tagOrNumber: string | undefined): Sql<string> {
  const wanted = tagOrNumber || (yield* defaultRunOptionsOf(actorId)).build || usualRunOptions.build;
  if (/^\d+\.\d+\.\d+$/.test(wanted)) {
    const row = yield* one<{ id: string }>('SELECT id FROM builds WHERE actor_id = ? AND number = ?', actorId, wanted);
    if (row !== undefined) return row.id;
    throw new Refusal(404, 'build-not-found', `The Actor has no build ${wanted}. Take one that its builds list.`);
  }
  const row = yield* one<{ build_id: string }>(
    'SELECT build_id FROM actor_tags WHERE actor_id = ? AND tag = ?',
    actorId,
    wanted,
  );
  if (row !== undefined) return row.build_id;
  throw new Refusal(
    404,
    'unknown-build-tag',
    `The Actor has no build with the tag "${wanted}". Build it first, or name a tag or number that it has.`,
  );
}

/** @throws Refusal 404 `record-not-found`, 400 `invalid-build` when the build did not succeed */
export function* getBuildForRun(buildId: string): Sql<BuildForRun> {
  const row = yield* one<{
    user_id: string;
    actor_id: string;
    number: string;
    status: BuildStatus;
    env_vars_json: string;
    result_json: string | null;
  }>('SELECT user_id, actor_id, number, status, env_vars_json, result_json FROM builds WHERE id = ?', buildId);
  if (row === undefined) throw notFound('Build', buildId);
  if (row.result_json === null) {
    throw new Refusal(400, 'invalid-build', `The build ${row.number} is ${row.status}, so it cannot be run.`);
  }
  const { command, image, inputSchema, definition } = JSON.parse(row.result_json) as BuildResult;
  const memory = declaredMemory(definition);
  return {
    id: buildId,
    ownerId: row.user_id,
    actorId: row.actor_id,
    number: row.number,
    program: image === undefined ? folderProgram(buildId, command!) : { kind: 'image', image },
    envVars: JSON.parse(yield* unseal('builds.env_vars_json', [buildId], row.env_vars_json)) as EnvVar[],
    imageEnv: command?.env ?? {},
    inputSchema,
    defaultRunOptions: {
      ...usualRunOptions,
      ...(yield* defaultRunOptionsOf(row.actor_id)),
      ...(typeof memory.usual === 'number' && { memoryMbytes: memory.usual }),
    },
    storages: declaredStorages(definition),
    memory,
    output: outputTemplates(definition),
  };
}

/** Made first: the program is in a copy of the whole build, whose path is not known before. */
const inFolder = 'cd -- "$1" && shift && exec "$@"';
const withPrograms = 'export PATH="$PWD/$1:$PATH"; shift; ';

function folderProgram(buildId: string, { file, args, folder, programs }: StartCommand): Program {
  // The path of the platform's own Node may have changed since the build.
  const words = [file === 'node' ? process.execPath : file, ...args];
  const isPlain = folder === undefined && programs === undefined;
  const script = `${programs === undefined ? '' : withPrograms}${inFolder}`;
  const places = [...(programs === undefined ? [] : [programs]), folder ?? '.'];
  const [program, ...rest] = isPlain ? words : ['/bin/sh', '-c', script, 'sh', ...places, ...words];
  return { kind: 'folder', folder: folderOfBuild(buildId), command: { file: program!, args: rest } };
}

/** The run options in the Actor's settings; empty when the Actor has been deleted. */
function* defaultRunOptionsOf(actorId: string): Sql<Partial<DefaultRunOptions>> {
  const row = yield* one<{ settings_json: string }>('SELECT settings_json FROM actors WHERE id = ?', actorId);
  return (JSON.parse(row?.settings_json ?? '{}') as ActorSettings).defaultRunOptions ?? {};
}
