/**
 * Every route with calls that are almost right and calls that are not: none may fail the platform. `npm run test:fuzz` makes
 * more of them; `WHERRY_SEED` begins with another seed.
 */
import { Agent } from 'node:http';
import pino from 'pino';
import { expect, test } from 'vitest';
import { describe, faultOf, send } from './fuzz-answers.ts';
import { FuzzCalls, fuzzRoutes, type Known, type Route } from './fuzz-calls.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { Random } from './simulation/random.ts';

const calls = Number(process.env.WHERRY_FUZZ_CALLS ?? 2000);
const firstSeed = Number(process.env.WHERRY_SEED ?? 1);
const connections = 8;
/** Existing things are made again after so many calls, since calls delete them. */
const roundCalls = 250;

/** What starts processes is called less often: it takes most of the time. */
const isExpensive = ({ method, url }: Route) =>
  /\/(runs|run-sync|run-sync-get-dataset-items|resurrect|reboot|metamorph|migrate)$/.test(url) && method !== 'HEAD';

async function knownThings({ client, deploy }: RunFixture, round: number): Promise<Known> {
  const field = { title: 'F', description: 'A field', editor: 'textfield', type: 'string', pattern: '^(a+)+$' };
  const secret = { title: 'S', description: 'A secret', editor: 'textfield', type: 'string', isSecret: true };
  const resource = {
    title: 'R',
    description: 'A dataset',
    editor: 'resourcePicker',
    type: 'string',
    resourceType: 'dataset',
    resourcePermissions: ['READ'],
  };
  const properties = { f: field, secret, resource };
  const schema = { title: 'Input', type: 'object', schemaVersion: 1, properties };
  const actorId = await deploy(`actor-${round}`, '', {}, { 'INPUT_SCHEMA.json': JSON.stringify(schema) });
  const { id: taskId } = await client.tasks().create({ actId: actorId, name: `task-${round}`, input: { f: 'a' } });
  const run = await client.actor(actorId).start({ f: 'a' });
  const [dataset, store, queue] = await Promise.all([
    client.datasets().getOrCreate(`d-${round}`),
    client.keyValueStores().getOrCreate(`s-${round}`),
    client.requestQueues().getOrCreate(`q-${round}`),
  ]);
  await client.dataset(dataset.id).pushItems([{ a: [1, 2], b: { c: [{ d: 1 }] } }, { '#hidden': 1 }, {}]);
  await client.keyValueStore(store.id).setRecord({ key: 'k', value: { a: 1 } });
  const { requestId } = await client
    .requestQueue(queue.id)
    .addRequest({ url: 'http://example.test/a', uniqueKey: 'k' });
  return {
    actorTaskId: [taskId, `task-${round}`, `wherry~task-${round}`],
    actorId: [actorId, `actor-${round}`, `wherry~actor-${round}`],
    runId: [run.id],
    buildId: [run.buildId],
    id: [run.id, run.buildId],
    datasetId: [dataset.id, run.defaultDatasetId, `d-${round}`],
    storeId: [store.id, run.defaultKeyValueStoreId, `s-${round}`],
    queueId: [queue.id, run.defaultRequestQueueId, `q-${round}`],
    recordKey: ['k', 'INPUT', 'OUTPUT'],
    requestId: [requestId],
    versionNumber: ['0.1', '0.2', '9.9'],
    name: ['A', 'B'],
    serverId: ['local-1', 'local-2'],
    sequence: ['1', '2', '3'],
    userId: ['me', 'wherry'],
  };
}

test(`none of ${calls} calls of all routes fails the platform, and all errors are in Apify’s form`, async () => {
  const failures: string[] = [];
  const statuses = new Map<number, number>();
  const errors: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => errors.push(line) });
  await using fixture = await startRunFixture({ logger, syncWaitSecs: 1 });
  const routes = await fuzzRoutes();
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  for (let first = 0; first < calls; first += roundCalls) {
    const known = await knownThings(fixture, first);
    let next = first;
    const work = async () => {
      while (next < Math.min(first + roundCalls, calls)) {
        const seed = firstSeed + next++;
        const random = new Random(seed);
        let route = random.pick(routes);
        if (isExpensive(route) && random.chance(0.8)) route = random.pick(routes);
        const call = new FuzzCalls(random, { known, token: fixture.platform.token }).of(route);
        const answer = await send(agent, fixture.platform.url, call).catch(
          (error: Error & { rawPacket?: Buffer }) =>
            error.message + (error.rawPacket?.toString('latin1').slice(0, 600) ?? ''),
        );
        // A response is cut off when another call deletes what it is made of; it would look complete otherwise.
        if (answer === 'aborted' && call.method === 'GET') continue;
        const fault = typeof answer === 'string' ? answer : faultOf(call, answer);
        if (typeof answer !== 'string') statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (fault !== undefined) failures.push(`seed ${seed}: ${describe(call)}\n  ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    for (const server of ['local-1', 'local-2']) await fixture.call('POST', `/wherry/v1/servers/${server}/undrain`);
  }
  agent.destroy();
  process.stdout.write(`statuses of ${calls} calls: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
  const insides = errors.filter((line) => line.includes('failed inside the platform'));
  expect([...failures.slice(0, 20), ...insides.slice(0, 5)].join('\n')).toBe('');
  expect((await fixture.call('GET', '/v2/users/me')).status).toBe(200);
});
