/**
 * Reads everything that a run produced, after its end.
 *
 * [internal-1] records whose keys begin with `SDK_` or `__CRAWLER_STATISTICS_` (statistics, session pools, request lists of
 *     JavaScript and Python) belong to the SDK and to
 *     Crawlee. They may differ in a run with faults, so they are not compared. The record of `useState` is compared: it
 *     is the author's own state.
 * [internal-2] of a state of `@wherry/durable` only the value is compared, whatever its size: how it is stored depends
 *     on the number of commits. Its other records and its journal are left out. A state that cannot be read is
 *     represented by the reason, so that it differs from any state that can be read.
 */
import { readStoredState } from '@wherry/durable';
import type { ActorRun, ApifyClient } from 'apify-client';
import { isObject, type Json } from './json.ts';
import { digestOf, type Group, groupsOf, type Outcome, type OutsideRequest } from './outcome.ts';

/** Ids that differ in each run. Names replace them, so that values that contain them can be compared. */
type Names = readonly (readonly [text: string, name: string])[];

const namesOf = (run: ActorRun): Names => [
  [run.id, 'RUN'],
  [run.defaultDatasetId, 'DATASET'],
  [run.defaultKeyValueStoreId, 'STORE'],
  [run.defaultRequestQueueId, 'QUEUE'],
];

function renamed(value: Json, names: Names): Json {
  const text = JSON.stringify(value);
  const changed = names.reduce((replaced, [id, name]) => replaced.replaceAll(id, name), text);
  return changed === text ? value : (JSON.parse(changed) as Json);
}

export interface RunFacts {
  readonly runId: string;
  /** The last status that the prover read; "STUCK" for a run that it had to abort. */
  readonly status: string;
  readonly durationMs: number;
  readonly outside: readonly OutsideRequest[];
}

export async function readOutcome(client: ApifyClient, facts: RunFacts): Promise<Outcome> {
  const run = (await client.run(facts.runId).get())!;
  const names = namesOf(run);
  const [datasets, stores, queues] = await Promise.all([
    datasetsOf(client, run),
    storesOf(client, run),
    queuesOf(client, run),
  ]);
  // All begin at once, after all that is waited for: the platform may be closed, and each has its failure handled then.
  const groups = await Promise.all([
    ...datasets.map(({ id, place }) => itemsGroup(client, id, place)),
    ...stores.map(({ id, place }) => recordGroups(client, id, place)),
    ...queues.map(({ id, place }) => handledGroup(client, id, place)),
    Promise.resolve([{ kind: 'charge', place: 'default', values: chargesOf(run) } as const]),
    childrenGroup(client, run),
    Promise.resolve([{ kind: 'outside', place: 'default', values: facts.outside } as const]),
  ]);
  const compared = groups
    .flat()
    .map((group) => ({ ...group, values: group.values.map((each) => renamed(each, names)) }));
  return {
    status: facts.status,
    exitCode: run.exitCode ?? null,
    durationMs: facts.durationMs,
    groups: groupsOf(compared),
  };
}

interface Storage {
  readonly id: string;
  /** Its name; `default` for the run's own. */
  readonly place: string;
}

interface Listed {
  readonly id: string;
  readonly name?: string;
}

const storages = (defaultId: string, listed: readonly Listed[]): Storage[] => [
  { id: defaultId, place: 'default' },
  ...listed.flatMap(({ id, name }) => (name === undefined || name === null ? [] : [{ id, place: name }])),
];

/** Named storages belong to this run: those of earlier runs have been deleted. */
const datasetsOf = async (client: ApifyClient, run: ActorRun) =>
  storages(run.defaultDatasetId, (await client.datasets().list()).items);
const storesOf = async (client: ApifyClient, run: ActorRun) =>
  storages(run.defaultKeyValueStoreId, (await client.keyValueStores().list()).items);
const queuesOf = async (client: ApifyClient, run: ActorRun) =>
  storages(run.defaultRequestQueueId, (await client.requestQueues().list()).items);

async function itemsGroup(client: ApifyClient, id: string, place: string): Promise<Group[]> {
  const { items } = await client.dataset(id).listItems();
  return [{ kind: 'item', place, values: items as Json[] }];
}

async function recordGroups(client: ApifyClient, id: string, place: string): Promise<Group[]> {
  const store = client.keyValueStore(id);
  const keys: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.listKeys({ limit: 1000, ...(after !== undefined && { exclusiveStartKey: after }) });
    keys.push(...page.items.map(({ key }) => key));
    if (!page.isTruncated) break;
    after = page.nextExclusiveStartKey;
  }
  const values = await Promise.all(
    keys.map(async (key): Promise<[string, Json][]> => {
      const record = await store.getRecord(key, { buffer: true });
      return record === undefined ? [] : [[key, recordValue(record.value as Buffer, record.contentType ?? '')]];
    }),
  );
  const compared = await comparedRecords(new Map(values.flat()));
  return [...compared].map(([key, value]) => ({ kind: 'record', place: `${place}/${key}`, values: [value] }));
}

function recordValue(bytes: Buffer, contentType: string): Json {
  if (!contentType.startsWith('application/json')) return { contentType, digest: digestOf(bytes) };
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    return { contentType, digest: digestOf(bytes) };
  }
}

async function handledGroup(client: ApifyClient, id: string, place: string): Promise<Group[]> {
  const queue = client.requestQueue(id);
  const values: Json[] = [];
  for (let after: string | undefined; ; ) {
    const { items } = await queue.listRequests({
      limit: 1000,
      ...(after !== undefined && { exclusiveStartId: after }),
    });
    values.push(...items.filter(({ handledAt }) => handledAt).map(({ uniqueKey }) => uniqueKey));
    if (items.length < 1000) break;
    after = items.at(-1)!.id;
  }
  return [{ kind: 'handled', place, values }];
}

const chargesOf = (run: ActorRun): Json[] =>
  Object.entries(run.chargedEventCounts ?? {}).flatMap(([event, count]) => Array.from({ length: count }, () => event));

async function childrenGroup(client: ApifyClient, run: ActorRun): Promise<Group[]> {
  const { items } = await client.runs().list({ limit: 1000 });
  const children = items.filter(({ id, meta }) => id !== run.id && meta.origin === 'ACTOR');
  const values = await Promise.all(
    children.map(async ({ actId, defaultKeyValueStoreId }) => {
      const input = (await client.keyValueStore(defaultKeyValueStoreId).getRecord('INPUT'))?.value as Json | undefined;
      return { actor: (await client.actor(actId).get())?.name ?? actId, input: input ?? null };
    }),
  );
  return [{ kind: 'child', place: 'default', values }];
}

const libraryRecord = /^(?:SDK_|WHERRY-|INPUT$)/;
const partOfState = /^(.+)\.durable\.(?:(?:snapshot|merged|fresh)-[\d-]+|readable)$/;

/** The records of a store that are compared, each with the value that is compared. */
export async function comparedRecords(records: ReadonlyMap<string, Json>): Promise<Map<string, Json>> {
  const isHead = (key: string | undefined) => key !== undefined && isDurable(records.get(key));
  // [internal-1], [internal-2]
  const own = [...records].filter(([key]) => !libraryRecord.test(key) && !isHead(partOfState.exec(key)?.[1]));
  const values = own.map(
    async ([key, value]): Promise<[string, Json]> => [key, isDurable(value) ? await stateIn(records, key) : value],
  );
  return new Map(await Promise.all(values));
}

async function stateIn(records: ReadonlyMap<string, Json>, key: string): Promise<Json> {
  try {
    return (await readStoredState(key, async (name) => records.get(name))) as Json;
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
}

const isDurable = (value: Json | undefined): boolean =>
  isObject(value) && isObject(value.durable) && 'format' in value.durable;
