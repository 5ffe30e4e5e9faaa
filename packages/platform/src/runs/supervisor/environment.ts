import type { PermissionLevel } from '../../accounts/permissions.ts';
import { browserVariables } from '../../builds/steps/system-browser.ts';
import type { StorageIds } from '../operations/run-storages.ts';

/** The variables of the platform's own environment that an Actor gets too. Never all of them: one may be the platform's token. */
const passedOn = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
];

export interface AttemptFacts {
  readonly runId: string;
  readonly userId: string;
  readonly actorId: string;
  /** The task whose run it is, if it is one. */
  readonly actorTaskId: string | null;
  /** `username/name`; empty when the Actor is gone. */
  readonly actorFullName: string;
  readonly buildId: string;
  readonly buildNumber: string;
  readonly buildTag: string | null;
  readonly inputKey: string;
  readonly datasetId: string;
  readonly keyValueStoreId: string;
  readonly requestQueueId: string;
  /** The ids of all storages of the run by their aliases. */
  readonly storageIds: StorageIds;
  readonly origin: string;
  readonly permissionLevel: PermissionLevel;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly timeoutAt: number | null;
  readonly memoryMbytes: number;
  readonly restartOnError: boolean;
  readonly maxItems: number | undefined;
  readonly maxTotalChargeUsd: number | undefined;
  readonly token: string;
  /** The API as the container reaches it, without a slash at the end. */
  readonly apiUrl: string;
  readonly publicUrl: string;
  /** Where its events websocket is, without a path: `ws://…`. */
  readonly eventsUrl: string;
  /** Where its web server is reached, through the platform. The port is the engine's to say. */
  readonly containerUrl: string;
  /** Undefined for an Actor that is not served in Standby mode. */
  readonly standbyUrl: string | undefined;
  /** `APIFY_PROXY_*`. */
  readonly proxyVariables: Readonly<Record<string, string>>;
}

/**
 * How long a program with a journal looks for what it may have pushed, when the platform takes no commits. On Apify, whose
 * counts are delayed, it is 10 s. Here nothing is delayed, but a call whose connection broke may still be in progress.
 */
const journalSettleSecs = '2';

/**
 * What runs tell nobody else. Apify's command line, which its template for Bash calls in the run, reports its use and looks
 * for updates otherwise.
 */
const quietCli = { APIFY_CLI_DISABLE_TELEMETRY: '1', APIFY_CLI_SKIP_UPDATE_CHECK: '1' };

/** 4,096 MB of memory come with one core, as on Apify. */
const mbytesOfOneCore = 4096;

/**
 * The environment of an attempt, in both spellings of Apify's variables.
 *
 * Neither the pricing nor the counts of charged events are in it: a waiting attempt boots long before it is active, so
 * such values would be out of date. Without the variables the SDK asks the API, whose response waits at the gate.
 * @param own the platform's environment; empty for an image, which has its own paths and browser
 * @param ofBuild the variables of the Actor's version; the platform's own take precedence
 */
export function runEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  ofBuild: Readonly<Record<string, string>>,
  facts: AttemptFacts,
): Record<string, string> {
  const kept = passedOn.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]] as const]));
  const ours = { WHERRY_JOURNAL_SETTLE_SECS: journalSettleSecs, ...quietCli };
  return { ...Object.fromEntries(kept), ...browserVariables(own), ...ours, ...ofBuild, ...apifyVariables(facts) };
}

function apifyVariables(facts: AttemptFacts): Record<string, string> {
  const both = bothSpellings(facts);
  const eventsUrl = `${facts.eventsUrl}/wherry/v1/runs/${facts.runId}/events?token=${facts.token}`;
  return {
    ...Object.fromEntries(Object.entries(both).map(([name, value]) => [`ACTOR_${name}`, value])),
    ...Object.fromEntries(Object.entries(both).map(([name, value]) => [`APIFY_${oldNames[name] ?? name}`, value])),
    ACTOR_EVENTS_WEBSOCKET_URL: eventsUrl,
    APIFY_ACTOR_EVENTS_WS_URL: eventsUrl,
    ACTOR_STORAGES_JSON: JSON.stringify(facts.storageIds),
    ACTOR_FULL_NAME: facts.actorFullName,
    ACTOR_BUILD_TAGS: facts.buildTag ?? '',
    ACTOR_RESTART_ON_ERROR: facts.restartOnError ? '1' : '0',
    ACTOR_PERMISSION_LEVEL: facts.permissionLevel,
    ...(facts.maxItems !== undefined && { ACTOR_MAX_PAID_DATASET_ITEMS: String(facts.maxItems) }),
    ...(facts.maxTotalChargeUsd !== undefined && { ACTOR_MAX_TOTAL_CHARGE_USD: String(facts.maxTotalChargeUsd) }),
    ACTOR_WEB_SERVER_URL: facts.containerUrl,
    APIFY_CONTAINER_URL: facts.containerUrl,
    ...(facts.standbyUrl !== undefined && { ACTOR_STANDBY_URL: facts.standbyUrl }),
    ...facts.proxyVariables,
    APIFY_IS_AT_HOME: '1',
    APIFY_HEADLESS: '1',
    APIFY_TOKEN: facts.token,
    APIFY_USER_ID: facts.userId,
    APIFY_API_BASE_URL: facts.apiUrl,
    // Apify's command line reads this one alone, and would send the token to Apify without it.
    APIFY_CLIENT_BASE_URL: facts.apiUrl,
    APIFY_API_PUBLIC_BASE_URL: facts.publicUrl,
    APIFY_META_ORIGIN: facts.origin,
    APIFY_DEDICATED_CPUS: String(facts.memoryMbytes / mbytesOfOneCore),
    APIFY_WORKFLOW_KEY: facts.runId,
  };
}

/** The old names that differ in more than the prefix. */
const oldNames: Readonly<Record<string, string>> = {
  ID: 'ACTOR_ID',
  RUN_ID: 'ACTOR_RUN_ID',
  BUILD_ID: 'ACTOR_BUILD_ID',
  BUILD_NUMBER: 'ACTOR_BUILD_NUMBER',
  TASK_ID: 'ACTOR_TASK_ID',
};

const bothSpellings = (facts: AttemptFacts): Record<string, string> => ({
  ID: facts.actorId,
  RUN_ID: facts.runId,
  BUILD_ID: facts.buildId,
  BUILD_NUMBER: facts.buildNumber,
  DEFAULT_DATASET_ID: facts.datasetId,
  DEFAULT_KEY_VALUE_STORE_ID: facts.keyValueStoreId,
  DEFAULT_REQUEST_QUEUE_ID: facts.requestQueueId,
  INPUT_KEY: facts.inputKey,
  MEMORY_MBYTES: String(facts.memoryMbytes),
  STARTED_AT: new Date(facts.startedAt).toISOString(),
  TIMEOUT_AT: facts.timeoutAt === null ? '' : new Date(facts.timeoutAt).toISOString(),
  ...(facts.actorTaskId !== null && { TASK_ID: facts.actorTaskId }),
});
