import type { VersionSettings } from '../actors/version-settings.ts';
import { isoTime } from '../shared/time.ts';
import type { StartCommand } from './steps/start-command.ts';

export type BuildStatus = 'READY' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED-OUT' | 'ABORTING' | 'ABORTED';

const terminalStatuses: readonly BuildStatus[] = ['SUCCEEDED', 'FAILED', 'TIMED-OUT', 'ABORTED'];
export const isTerminal = (status: BuildStatus): boolean => terminalStatuses.includes(status);

export interface BuildOptions {
  /** False installs the packages again; otherwise those of an earlier build with the same dependencies are used. */
  readonly useCache?: boolean;
  readonly betaPackages?: boolean;
}

export interface BuildMeta {
  readonly origin: string;
  readonly clientIp?: string;
  readonly userAgent?: string;
}

export interface EnvVar {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

/** What a successful build has produced. */
export interface BuildResult {
  /** Null for a build that made an image. */
  readonly command: StartCommand | null;
  readonly image?: string;
  /** `.actor/actor.json`, with the contents of the files that it names. */
  readonly definition: Readonly<Record<string, unknown>> | null;
  readonly inputSchema: Readonly<Record<string, unknown>> | null;
  readonly readme: string | null;
}

export interface BuildRow {
  readonly id: string;
  readonly user_id: string;
  readonly actor_id: string;
  readonly version_number: string;
  readonly number: string;
  readonly tag: string | null;
  readonly status: BuildStatus;
  readonly status_message: string | null;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly options_json: string;
  readonly meta_json: string;
}

export interface FullBuildRow extends BuildRow {
  readonly result_json: string | null;
  readonly source_json: string;
}

/** The columns of `BuildRow`. Not `*`, since the sources may be large. */
export const buildColumns = [
  'id',
  'user_id',
  'actor_id',
  'version_number',
  'number',
  'tag',
  'status',
  'status_message',
  'started_at',
  'finished_at',
  'options_json',
  'meta_json',
]
  .map((column) => `builds.${column}`)
  .join(', ');

/** An integer with the same order as build numbers: two digits, two digits, five digits. */
export function numberAsInteger(number: string): number {
  const [major = 0, minor = 0, patch = 0] = number.split('.').map(Number);
  return major * 10_000_000 + minor * 100_000 + patch;
}

export function shortApiBuild(row: BuildRow) {
  return {
    id: row.id,
    actId: row.actor_id,
    userId: row.user_id,
    status: row.status,
    startedAt: isoTime(row.started_at),
    ...(row.finished_at !== null && { finishedAt: isoTime(row.finished_at) }),
    usageTotalUsd: 0,
    buildNumber: row.number,
    buildNumberInt: numberAsInteger(row.number),
    meta: JSON.parse(row.meta_json) as BuildMeta,
  };
}

export function apiBuild(row: FullBuildRow, now: number) {
  const result = row.result_json === null ? undefined : (JSON.parse(row.result_json) as BuildResult);
  const { buildTag, ...source } = JSON.parse(row.source_json) as VersionSettings;
  const durationMs = (row.finished_at ?? now) - row.started_at;
  return {
    ...shortApiBuild(row),
    finishedAt: row.finished_at === null ? null : isoTime(row.finished_at),
    statusMessage: row.status_message,
    stats: { durationMillis: durationMs, runTimeSecs: durationMs / 1000, computeUnits: 0 },
    options: { memoryMbytes: 1024, diskMbytes: 2048, ...(JSON.parse(row.options_json) as BuildOptions) },
    usage: { ACTOR_COMPUTE_UNITS: 0 },
    usageUsd: { ACTOR_COMPUTE_UNITS: 0 },
    inputSchema: result?.inputSchema ? JSON.stringify(result.inputSchema) : null,
    readme: result?.readme ?? null,
    actorDefinition: result?.definition ?? null,
    actVersion: { ...source, ...(buildTag !== null && { buildTag }), versionNumber: row.version_number },
  };
}

/** What others see of `.actor/actor.json`: not its environment variables, nor what is new there. */
const definitionForOthers = [
  'actorSpecification',
  'name',
  'version',
  'buildTag',
  'title',
  'description',
  'input',
  'output',
  'storages',
  'readme',
  'changelog',
  'minMemoryMbytes',
  'maxMemoryMbytes',
  'defaultMemoryMbytes',
  'usesStandbyMode',
  'webServerSchema',
  'webServerMcpPath',
  'categories',
];

/** A build of another user's public Actor: what it takes and gives, not what it was made of, nor by whom and how [public-1]. */
export function apiBuildForOthers(row: FullBuildRow, now: number) {
  const { meta, statusMessage: _, options: __, actorDefinition, actVersion, ...build } = apiBuild(row, now);
  const shown = Object.entries(actorDefinition ?? {}).filter(([name]) => definitionForOthers.includes(name));
  const { versionNumber, buildTag } = actVersion;
  return {
    ...build,
    meta: { origin: meta.origin },
    statusMessage: null,
    actorDefinition: actorDefinition === null ? null : Object.fromEntries(shown),
    actVersion: { versionNumber, ...(buildTag !== undefined && { buildTag }) },
  };
}
