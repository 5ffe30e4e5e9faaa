import path from 'node:path';
import type { PermissionLevel } from '../../accounts/permissions.ts';
import { hashToken } from '../../accounts/tokens.ts';
import type { ActorSettings } from '../../actors/actor-settings.ts';
import { getBuildForRun } from '../../builds/build-for-run.ts';
import type { EnvVar } from '../../builds/build-row.ts';
import type { InputSecrets } from '../../builds/input/input-secrets.ts';
import type { Database } from '../../database/database.ts';
import { defineRead } from '../../database/operation.ts';
import { one } from '../../database/sql.ts';
import { hideSecrets } from '../../logs/hide-secrets.ts';
import { newId } from '../../shared/ids.ts';
import type { WebAddresses } from '../../shared/web-addresses.ts';
import { type TaskSettings, taskStandbySettings } from '../../tasks/task-settings.ts';
import { storageIdsOf } from '../operations/run-storages.ts';
import type { AttemptState, RunState } from '../state/run-state.ts';
import type { Launch } from './collaborators.ts';
import { runEnvironment } from './environment.ts';

interface LaunchRow {
  readonly user_id: string;
  readonly actor_task_id: string | null;
  readonly meta_json: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
  /** Null when the Actor is gone. */
  readonly owner_id: string | null;
  readonly username: string | null;
  readonly name: string | null;
  readonly settings_json: string | null;
  /** Null for a run of no task, and of one that is gone. */
  readonly task_name: string | null;
  readonly task_json: string | null;
  readonly tag: string | null;
  readonly permission_level: PermissionLevel;
  readonly input_at: number | null;
  readonly storage_ids_json: string | null;
}

const readLaunch = defineRead('runs.launch', function* ({ runId, buildId }: { runId: string; buildId: string }) {
  const row = yield* one<LaunchRow>(
    `SELECT runs.user_id, runs.actor_task_id, runs.meta_json, runs.default_dataset_id, runs.default_key_value_store_id,
        runs.default_request_queue_id, runs.storage_ids_json, runs.permission_level, actors.user_id AS owner_id, users.username, actors.name,
        actors.settings_json, builds.tag, tasks.name AS task_name, tasks.settings_json AS task_json,
        records.modified_at AS input_at
      FROM runs LEFT JOIN actors ON actors.id = runs.actor_id LEFT JOIN users ON users.id = actors.user_id
      LEFT JOIN builds ON builds.id = ? LEFT JOIN actor_tasks AS tasks ON tasks.id = runs.actor_task_id
      LEFT JOIN records ON records.store_id = runs.default_key_value_store_id AND records.key = runs.input_key
      WHERE runs.id = ?`,
    buildId,
    runId,
  );
  return { row: row!, build: yield* getBuildForRun(buildId) };
});

export interface Launcher {
  readonly database: Database;
  readonly inputSecrets: InputSecrets;
  readonly dataFolder: string;
  /** The platform's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called at each launch, since the port is known only once the API listens. */
  readonly apiUrl: () => string;
  readonly publicUrl: () => string;
  readonly eventsUrl: () => string;
  readonly web: WebAddresses;
  /** The variables by which the attempts of a run find the proxy. */
  readonly proxyVariables: (runId: string) => Readonly<Record<string, string>>;
}

/** Undefined for an Actor, or a task, that is not served in Standby mode, as those of other users' Actors are not. */
function standbyUrlOf(web: WebAddresses, row: LaunchRow): string | undefined {
  const { user_id, owner_id, username, name, settings_json: json, task_name, task_json } = row;
  if (owner_id !== user_id) return undefined;
  const { actorStandby } = JSON.parse(json ?? '{}') as ActorSettings;
  const task = task_json === null ? null : (JSON.parse(task_json) as TaskSettings);
  const isServed = username !== null && name !== null && taskStandbySettings(actorStandby, task).isEnabled;
  return isServed ? web.standbyUrl(username, task_name ?? name) : undefined;
}

/** Collects what an attempt's container is started from, with a new token of which only the hash is stored. */
export async function launchOf(launcher: Launcher, run: RunState, attempt: AttemptState): Promise<Launch> {
  const { database, inputSecrets, dataFolder, environment } = launcher;
  const wanted = { runId: run.id, buildId: attempt.buildId };
  const { row, build } = await database.read(readLaunch, wanted, { kind: 'platform' });
  const { program } = build;
  const token = `${tokenPrefix}${newId(tokenChars)}`;
  const ofBuild = Object.fromEntries(build.envVars.map(({ name, value }) => [name, value]));
  const owner = { userId: row.user_id, actorId: build.actorId };
  const storages = {
    datasetId: row.default_dataset_id,
    keyValueStoreId: row.default_key_value_store_id,
    requestQueueId: row.default_request_queue_id,
  };
  const ofInput = await inputSecrets.environment(owner, build.inputSchema, row.input_at ?? undefined);
  const env = runEnvironment(
    // An image has its own paths and nothing from this machine.
    program.kind === 'folder' ? environment : {},
    { ...build.imageEnv, ...ofBuild, ...ofInput },
    {
      runId: run.id,
      userId: row.user_id,
      actorId: run.actorId,
      actorTaskId: row.actor_task_id,
      actorFullName: row.name === null ? '' : `${row.username}/${row.name}`,
      buildId: build.id,
      buildNumber: build.number,
      buildTag: row.tag,
      inputKey: run.inputKey,
      permissionLevel: row.permission_level,
      ...storages,
      storageIds: storageIdsOf(storages, row.storage_ids_json),
      origin: (JSON.parse(row.meta_json) as { origin: string }).origin,
      startedAt: run.startedAt,
      timeoutAt: run.deadlineAt,
      memoryMbytes: run.options.memoryMbytes,
      restartOnError: run.options.restartOnError,
      maxItems: run.options.maxItems,
      maxTotalChargeUsd: run.options.maxTotalChargeUsd,
      token,
      apiUrl: launcher.apiUrl(),
      publicUrl: launcher.publicUrl(),
      eventsUrl: launcher.eventsUrl(),
      containerUrl: launcher.web.containerUrl(run.id),
      standbyUrl: standbyUrlOf(launcher.web, row),
      proxyVariables: launcher.proxyVariables(run.id),
    },
  );
  return {
    spec: {
      runId: run.id,
      attempt: attempt.number,
      serverId: attempt.serverId,
      env,
      program: program.kind === 'folder' ? { ...program, folder: path.join(dataFolder, program.folder) } : program,
      memoryMbytes: run.options.memoryMbytes,
      diskMbytes: run.options.diskMbytes,
    },
    tokenHash: hashToken(token),
    hide: hiderOf(build.envVars),
  };
}

/** Returns what removes the run's secrets from its log, for a container that was started earlier. */
export async function hiderOfAttempt({ database }: Launcher, run: RunState, attempt: AttemptState) {
  const { build } = await database.read(readLaunch, { runId: run.id, buildId: attempt.buildId }, { kind: 'platform' });
  return hiderOf(build.envVars);
}

const tokenPrefix = 'wherry_attempt_';
const tokenChars = 40;
/** Tokens of attempts, and passwords of the proxy, which clients quote in URLs: by their form, since they are not stored. */
const credentials = new RegExp(`${tokenPrefix}[A-Za-z0-9]{${tokenChars}}|wherry_proxy_[A-Za-z0-9_]+`, 'g');

function hiderOf(envVars: readonly EnvVar[]): (text: string) => string {
  const hide = hideSecrets(envVars.filter(({ isSecret }) => isSecret).map(({ value }) => value));
  return (text) => hide(text).replace(credentials, '[hidden]');
}
