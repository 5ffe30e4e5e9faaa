/** Reads what a run gave, all of it, once it is over. */
import type { ActorRun, ApifyClient } from 'apify-client';
import { digestOf } from './body.ts';
import { comparedRecords } from './internal-records.ts';
import type { Json } from './json.ts';
import { type Group, groupsOf, type Outcome, type OutsideRequest } from './outcome.ts';

/** What is the run's own and differs in each; a name stands for it, so that what mentions it can be compared. */
type Names = readonly (readonly [text: string, name: string])[];

const namesOf = (run: ActorRun): Names => [
  [run.id, 'RUN'],
  [run.defaultDatasetId, 'DATASET'],
  [run.defaultKeyValueStoreId, 'STORE'],
  [run.defaultRequestQueueId, 'QUEUE'],
];

function renamed(value: Json, names: Names): Json {
  const text = JSON.stringify(value);
  const changed = names.reduce((so, [id, name]) => so.replaceAll(id, name), text);
  return changed === text ? value : (JSON.parse(changed) as Json);
}

export interface RunFacts {
  readonly runId: string;
  /** As the prover saw it; "STUCK" for a run that it had to end. */
  readonly status: string;
  readonly durationMs: number;
  readonly outside: readonly OutsideRequest[];
}

export async function readOutcome(client: ApifyClient, facts: RunFacts): Promise<Outcome> {
  const run = (await client.run(facts.runId).get())!;
  const names = namesOf(run);
  const groups = await Promise.all([
    ...(await datasetsOf(client, run)).map(({ id, place }) => itemsGroup(client, id, place)),
    ...(await storesOf(client, run)).map(({ id, place }) => recordGroups(client, id, place)),
    ...(await queuesOf(client, run)).map(({ id, place }) => handledGroup(client, id, place)),
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

/** Named storages are there for this run alone: what other runs made was cleared away. */
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
