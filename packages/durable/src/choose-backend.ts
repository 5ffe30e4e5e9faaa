import type { Backend } from './backend.ts';
import { checked, problemOf } from './http/api-response.ts';
import { HttpClient } from './http/http-client.ts';
import { RunsApi } from './http/runs-api.ts';
import { ApifyStorages } from './journal/apify-storages.ts';
import { JournalBackend } from './journal/journal-backend.ts';
import { LocalStorages } from './journal/local-storages.ts';
import { WherryBackend } from './wherry/wherry-backend.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Chooses where this process commits to, by asking the API that it runs on. A response that is neither a clear yes nor a
 * clear no is an error: a wrong guess would split a run's commits over two places.
 * @throws Error if the environment does not name the run's storages
 * @throws RefusedError, AttemptFencedError
 */
export async function chooseBackend(environment: Environment = process.env): Promise<Backend> {
  const variable = (...names: string[]) => names.map((name) => environment[name]).find((value) => value);
  if (!isTrue(variable('APIFY_IS_AT_HOME'))) return localBackend(environment);
  const needed = (...names: string[]): string => {
    const value = variable(...names);
    if (value !== undefined) return value;
    throw new Error(`The environment has no ${names.join(' or ')}. Set it, so that the run's storages are known.`);
  };
  const api = { baseUrl: baseUrlOf(environment), token: needed('APIFY_TOKEN') };
  const http = new HttpClient(api);
  const run = {
    runId: needed('ACTOR_RUN_ID', 'APIFY_ACTOR_RUN_ID'),
    datasetId: needed('ACTOR_DEFAULT_DATASET_ID', 'APIFY_DEFAULT_DATASET_ID'),
    keyValueStoreId: needed('ACTOR_DEFAULT_KEY_VALUE_STORE_ID', 'APIFY_DEFAULT_KEY_VALUE_STORE_ID'),
    requestQueueId: needed('ACTOR_DEFAULT_REQUEST_QUEUE_ID', 'APIFY_DEFAULT_REQUEST_QUEUE_ID'),
  };
  if (await hasCommits(http, run.runId)) return new WherryBackend({ ...api, runId: run.runId });
  const storages = new ApifyStorages(http, run, settleOf(variable('WHERRY_JOURNAL_SETTLE_SECS')));
  return new JournalBackend({ storages, runs: new RunsApi(http), runId: run.runId });
}

/** @throws RefusedError, AttemptFencedError */
async function hasCommits(http: HttpClient, runId: string): Promise<boolean> {
  const call = { method: 'GET', path: `/wherry/v1/runs/${encodeURIComponent(runId)}/commits/last` } as const;
  const response = await http.sendWithRetries(call);
  // A 404 means that there is no such route, unless the error says that there is no such run.
  const hasNoRoute = response.status === 404 && problemOf(response).type !== 'record-not-found';
  if (!hasNoRoute) checked(call, response, []);
  return !hasNoRoute;
}

/** Not set on Apify. Wherry sets it to a shorter time, since its API shows each write at once. */
function settleOf(secs: string | undefined): { settleMs?: number } {
  if (secs === undefined) return {};
  if (/^\d+(?:\.\d+)?$/.test(secs)) return { settleMs: Number(secs) * 1000 };
  throw new Error(`WHERRY_JOURNAL_SETTLE_SECS must be a number of seconds, but is "${secs}".`);
}

async function localBackend(environment: Environment): Promise<Backend> {
  const token = environment.APIFY_TOKEN;
  const runs = token ? new RunsApi(new HttpClient({ baseUrl: baseUrlOf(environment), token })) : undefined;
  return new JournalBackend({ storages: await LocalStorages.ofSdk(), runs, runId: 'local' });
}

const baseUrlOf = (environment: Environment): string => environment.APIFY_API_BASE_URL || 'https://api.apify.com';

/** Reads a Boolean variable as the SDK does. */
const isTrue = (text: string | undefined): boolean => text !== undefined && !['', '0', 'false'].includes(text);
