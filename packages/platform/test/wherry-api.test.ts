/**
 * Wherry's own API against its description: no route without one, none described in vain, responses as described, and nothing in
 * them that is not.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import description from '../src/api/about/wherry-v1.openapi.json' with { type: 'json' };
import { registerRoutes } from '../src/api/routes.ts';
import type { AllServices } from '../src/api/services.ts';
import { stateNames } from '../src/runs/supervisor/servers.ts';
import { proofReport } from './proof-report.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { makeUser, signIn } from './users-fixture.ts';

type Responses = Record<string, { content?: object }>;
const paths = description.paths as unknown as Record<string, Record<string, { responses: Responses }>>;
const methods = ['get', 'put', 'post', 'delete'];
/** The websocket is accepted by the server itself, not by a route. */
const websocket = 'GET /wherry/v1/runs/{runId}/events';
const described = Object.entries(paths).flatMap(([path, operations]) =>
  Object.keys(operations)
    .filter((method) => methods.includes(method))
    .map((method) => `${method.toUpperCase()} ${path}`),
);

test('every route of Wherry’s own API is described, and none that does not exist', async () => {
  const app = Fastify();
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (!/^\/(?:wherry|health)/.test(url) || method === 'HEAD') return;
    routes.push(`${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
  // Registering asks nothing of the services yet.
  registerRoutes(app, {} as AllServices, { commits: true });
  await app.ready();
  expect(routes.toSorted()).toEqual(described.filter((each) => each !== websocket).toSorted());
});

test('every state that a server may have is described', () => {
  const { state } = description.components.schemas.Server.properties;
  expect(state.enum.toSorted()).toEqual(Object.values(stateNames).toSorted());
});

/** Whether the object that a schema describes may have more than the schema names: another schema says what. */
const isPart = (at: readonly string[]) => at.at(-2) === 'allOf' || (at.length === 3 && at[1] === 'schemas');

/** The description with all objects that name their properties closed. Those that name none may have any. */
function closed(value: unknown, at: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((each, index) => closed(each, [...at, `${index}`]));
  if (value === null || typeof value !== 'object') return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each, [...at, key])]));
  const namesProperties = ['$ref', 'allOf', 'properties'].some((key) => key in value) && at.at(-1) !== 'properties';
  return namesProperties && !isPart(at) ? { ...inner, unevaluatedProperties: false } : inner;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(closed(description) as object, 'wherry');

/** Where lists in a value are empty, so that what would be in them was not held to the description. */
function emptyLists(value: unknown, at = ''): string[] {
  if (Array.isArray(value) && value.length === 0) return [at];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => emptyLists(each, `${at}/${key}`));
}

const pointer = (text: string) => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Calls an operation and holds the answer to its description. */
async function call(
  { call: send }: Pick<RunFixture, 'call'>,
  operation: string,
  values: Record<string, string>,
  body?: object,
) {
  const [method = '', path = ''] = operation.split(' ');
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  const answer = await send(method, url, body);
  const at = `paths/${pointer(path)}/${method.toLowerCase()}/responses/${answer.status}`;
  if (answer.status === 204) {
    expect(ajv.getSchema(`wherry#/${at}`), `${operation} answered 204`).toBeDefined();
    return { data: {}, status: 204 };
  }
  const json = (await answer.json()) as { data: Record<string, unknown>; error?: { type: string } };
  const check = ajv.compile({ $ref: `wherry#/${at}/content/application~1json/schema` });
  const errors = check(json)
    ? []
    : check.errors!.map(({ instancePath, message, params }) => ({ instancePath, message, params }));
  expect.soft(errors, `${operation} answered ${answer.status}`).toEqual([]);
  return { ...json, status: answer.status };
}

/** The bodies of what makes something. */
const newBodies: Readonly<Record<string, object>> = {
  'POST /wherry/v1/users': { username: 'another' },
  'POST /wherry/v1/tokens': { name: 'another' },
  'POST /wherry/v1/session': { token: 'test-token' },
  'POST /wherry/v1/session/codes': {},
  'POST /wherry/v1/actors/{actorId}/proofs': { report: proofReport() },
};

/** The bodies of what is asked of something. */
const askingBodies: Readonly<Record<string, object>> = {
  'PUT /wherry/v1/runs/{runId}/commits/{sequence}': {
    items: [{ items: [{ a: 1 }] }],
    requests: [{ add: [{ url: 'https://example.com/', uniqueKey: 'a' }] }],
  },
  'PUT /wherry/v1/users/{userId}': {},
  'POST /wherry/v1/datasets/{datasetId}/share-links': { expiresInSecs: 60 },
  'POST /wherry/v1/key-value-stores/{storeId}/share-links': { contents: 'record', key: 'note', expiresInSecs: 60 },
};

/** They are made with the cookie. */
const ofSessions = ['GET /wherry/v1/session', 'DELETE /wherry/v1/session'];

/** Whether a response is of the route's own making: no description, and no report of somebody. */
const answersItsOwn = (operation: string) =>
  !['GET /wherry/v1/openapi.json', 'GET /wherry/v1/proofs/{proofId}'].includes(operation);

/** Lists that have nothing here: every run can be moved, none uses the proxy, and the added request is not handled yet. */
const emptyHere = [
  'POST /wherry/v1/servers/{serverId}/drain /failed',
  'GET /wherry/v1/runs/{runId}/proxy-traffic /items',
  'PUT /wherry/v1/runs/{runId}/commits/{sequence} /requests/0/handled',
];

function usualStatuses(operation: string): number[] {
  if (operation === 'DELETE /wherry/v1/session') return [204];
  const made = newBodies[operation] === undefined ? 200 : 201;
  const good = operation === 'DELETE /wherry/v1/proofs/{proofId}' ? 204 : made;
  return operation.includes('{') ? [good, 404] : [good];
}

/** A dispatch whose first call was refused, since its address is private, and whose next one comes in a minute. */
async function failedDispatch({ client }: RunFixture, actorId: string): Promise<string> {
  const webhook = { requestUrl: 'http://127.0.0.1/', eventTypes: ['ACTOR.RUN.FAILED'], condition: { actorId } };
  const { id: webhookId } = await client.webhooks().create(webhook as never);
  const { id } = (await client.webhook(webhookId).test())!;
  await until('its call is over', async () => (await client.webhookDispatch(id).get())!.calls?.[0]?.finishedAt != null);
  return id;
}

/** A run that failed, a task, and a time at which a schedule starts a run. */
async function fillLists({ client }: RunFixture, actorId: string): Promise<void> {
  await client.actor(actorId).call({ fails: true });
  await client.tasks().create({ actId: actorId, name: 'listed' });
  await client.schedules().create({
    name: 'yearly',
    cronExpression: '@yearly',
    timezone: 'UTC',
    isEnabled: true,
    isExclusive: false,
    actions: [{ type: 'RUN_ACTOR', actorId }] as never,
  });
}

test('responses and errors are as described, without anything besides', async () => {
  await using fixture = await startRunFixture({ handoffs: { bootSecs: 1, quietGraceSecs: 0.1 } });
  const main = `
    import { Actor } from 'apify';
    await Actor.init();
    if ((await Actor.getInput())?.fails) await Actor.fail('It fails.');
    console.log('at work');
    setInterval(() => {}, 1000);`;
  const actorId = await fixture.deploy('idle', main);
  await fillLists(fixture, actorId);
  const { id: runId, defaultDatasetId: datasetId, defaultKeyValueStoreId: storeId } = await fixture.start(actorId);
  await until('the run is at work', async () => (await fixture.logOf(runId)).includes('at work'));
  const user = await makeUser(fixture, 'described');
  const proof = { report: proofReport() };
  const published = await fixture.call('POST', `/wherry/v1/actors/${actorId}/proofs`, proof);
  const { id: proofId } = ((await published.json()) as { data: { id: string } }).data;
  const dispatchId = await failedDispatch(fixture, actorId);
  const made = await fixture.call('POST', '/wherry/v1/session/codes');
  const { code } = ((await made.json()) as { data: { code: string } }).data;
  const checkedCodes = { 'POST /wherry/v1/session/codes/check': { code } } as Readonly<Record<string, object>>;
  const ofUser = { userId: user.id, tokenId: user.tokenId };
  const known = {
    proofId,
    dispatchId,
    runId,
    actorId,
    serverId: 'local-1',
    sequence: '1',
    ...ofUser,
    datasetId,
    storeId,
  };
  const unknown = {
    proofId: 'none',
    dispatchId: 'none',
    runId: 'NoSuchRun00000000',
    actorId: 'no-such-actor',
    serverId: 'mars',
    sequence: '3',
    userId: 'nobody',
    tokenId: 'none',
    datasetId: 'none',
    storeId: 'none',
  };
  const statuses = new Map<string, number[]>();
  const unseen: string[] = [];
  // A stream has no end: `events-api.test.ts` reads it.
  const answered = described.filter((each) => !each.endsWith('/events'));
  for (const operation of answered) {
    const body = newBodies[operation] ?? askingBodies[operation] ?? checkedCodes[operation];
    const caller = ofSessions.includes(operation)
      ? await signIn(fixture.platform.url, { token: fixture.platform.token })
      : fixture;
    const good = await call(caller, operation, known, body);
    if (answersItsOwn(operation)) unseen.push(...emptyLists(good.data).map((at) => `${operation} ${at}`));
    const bad = operation.includes('{') ? [await call(fixture, operation, unknown, body)] : [];
    statuses.set(
      operation,
      [good, ...bad].map(({ status }) => status),
    );
  }
  expect(Object.fromEntries(statuses)).toEqual(Object.fromEntries(answered.map((each) => [each, usualStatuses(each)])));
  expect(unseen).toEqual(emptyHere);
  const repeated = await call(fixture, 'PUT /wherry/v1/runs/{runId}/commits/{sequence}', { runId, sequence: '7' }, {});
  expect(repeated).toMatchObject({ status: 409, error: { type: 'commit-out-of-order' } });
  await call(fixture, 'POST /wherry/v1/runs/{runId}/migrate', known, { mode: 'hot' });
  await fixture.client.run(runId).abort();
  const late = await call(fixture, 'POST /wherry/v1/runs/{runId}/migrate', known);
  expect(late).toMatchObject({ status: 400, error: { type: 'run-not-running' } });
});
