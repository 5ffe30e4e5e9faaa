import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startFixture } from '../../platform/test/fixture.ts';
import { startRun } from '../../platform/test/planted-run.ts';
import { chooseBackend } from '../src/choose-backend.ts';
import { commitOf } from './backend-contract.ts';

const environmentOf = (url: string, token = 'run-attempt-1') => ({
  APIFY_IS_AT_HOME: '1',
  APIFY_API_BASE_URL: url,
  APIFY_TOKEN: token,
  ACTOR_RUN_ID: 'run',
  ACTOR_DEFAULT_DATASET_ID: 'run-dataset',
  ACTOR_DEFAULT_KEY_VALUE_STORE_ID: 'run-store',
  ACTOR_DEFAULT_REQUEST_QUEUE_ID: 'run-queue',
});

test.each([
  [true, 'wherry'],
  [false, 'journal'],
])('a platform whose commits are %s gets the backend %s', async (commits, kind) => {
  await using fixture = await startFixture({ commits });
  await using planted = await startRun(fixture);
  const backend = await chooseBackend(environmentOf(fixture.platform.url));
  expect(backend.kind).toBe(kind);
  expect(await backend.recover()).toBe(0);
  await backend.commit(commitOf(1, { items: [{ items: [{ n: 1 }] }] }));
  expect(await planted.items()).toEqual([{ n: 1 }]);
});

/** Responds to each call with the next status, and repeats the last one for ever. */
async function startAnswering(...statuses: (readonly [number, string])[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [status, type] = statuses[Math.min(asked.length, statuses.length - 1)]!;
    asked.push(request.url!);
    response.writeHead(status).end(JSON.stringify({ error: { type, message: 'so it is' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a failed call is repeated until there is a response, and a 404 means that there is no such route', async () => {
  await using api = await startAnswering([503, 'busy'], [429, 'rate-limit-exceeded'], [404, 'page-not-found']);
  expect((await chooseBackend(environmentOf(api.url))).kind).toBe('journal');
  expect(api.asked).toEqual(Array(3).fill('/wherry/v1/runs/run/commits/last'));
});

test.each([
  [401, 'user-or-token-not-found', 'refused'],
  [403, 'attempt-fenced', 'attempt-fenced'],
  [403, 'insufficient-permissions', 'refused'],
  [404, 'record-not-found', 'refused'],
])('the response %i %s is an error and chooses no backend', async (status, type, code) => {
  await using api = await startAnswering([status, type]);
  await expect(chooseBackend(environmentOf(api.url))).rejects.toThrow(expect.objectContaining({ code }));
});

test('a settle time that is not a number is an error', async () => {
  await using api = await startAnswering([404, 'page-not-found']);
  const environment = { ...environmentOf(api.url), WHERRY_JOURNAL_SETTLE_SECS: 'soon' };
  await expect(chooseBackend(environment)).rejects.toThrow(/WHERRY_JOURNAL_SETTLE_SECS must be a number/);
});

test('an environment that does not name the run’s storages is an error', async () => {
  const { ACTOR_DEFAULT_DATASET_ID: _, ...environment } = environmentOf('http://127.0.0.1:1');
  await expect(chooseBackend(environment)).rejects.toThrow(/ACTOR_DEFAULT_DATASET_ID/);
});
