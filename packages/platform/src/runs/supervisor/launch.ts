import path from 'node:path';
import type { PermissionLevel } from '../../accounts/permissions.ts';
import { hashToken } from '../../accounts/tokens.ts';
import { getBuildForRun } from '../../builds/build-for-run.ts';
import type { EnvVar } from '../../builds/build-row.ts';
import type { InputSecrets } from '../../builds/input/input-secrets.ts';
import type { Database } from '../../database/database.ts';
import { defineRead } from '../../database/operation.ts';
import { one } from '../../database/sql.ts';
import { hideSecrets } from '../../logs/hide-secrets.ts';
import { newId } from '../../shared/ids.ts';
import type { AttemptState, RunState } from '../state/run-state.ts';
import type { Launch } from './collaborators.ts';
import { runEnvironment } from './environment.ts';

interface LaunchRow {
  readonly user_id: string;
  readonly meta_json: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
  readonly full_name: string | null;
  readonly tag: string | null;
  readonly permission_level: PermissionLevel;
  readonly input_at: number | null;
}

const readLaunch = defineRead('runs.launch', function* ({ runId, buildId }: { runId: string; buildId: string }) {
  const row = yield* one<LaunchRow>(
    `SELECT runs.user_id, runs.meta_json, runs.default_dataset_id, runs.default_key_value_store_id,
        runs.default_request_queue_id, runs.permission_level, users.username || '/' || actors.name AS full_name, builds.tag,
        records.modified_at AS input_at
      FROM runs LEFT JOIN actors ON actors.id = runs.actor_id LEFT JOIN users ON users.id = actors.user_id
      LEFT JOIN builds ON builds.id = ?
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
  /** The variables by which the attempts of a run find the proxy. */
  readonly proxyVariables: (runId: string) => Readonly<Record<string, string>>;
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
  const ofInput = await inputSecrets.environment(owner, build.inputSchema, row.input_at ?? undefined);
  const env = runEnvironment(
    // An image has its own paths and nothing from this machine.
    program.kind === 'folder' ? environment : {},
    { ...ofBuild, ...ofInput },
    {
      runId: run.id,
      userId: row.user_id,
      actorId: run.actorId,
      actorFullName: row.full_name ?? '',
      buildId: build.id,
      buildNumber: build.number,
      buildTag: row.tag,
      inputKey: run.inputKey,
      permissionLevel: row.permission_level,
      datasetId: row.default_dataset_id,
      keyValueStoreId: row.default_key_value_store_id,
      requestQueueId: row.default_request_queue_id,
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
