/** Child runs on a real platform: one for each key, whatever ends the parent and whenever. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from '../../platform/test/run-fixture.ts';
import type { Backend } from '../src/backend.ts';
import { RefusedError } from '../src/errors.ts';
import { RunsApi } from '../src/http/runs-api.ts';
import { ApifyStorages } from '../src/journal/apify-storages.ts';
import type { AtCrashPoint, CrashPoint } from '../src/journal/crash-points.ts';
import { JournalBackend } from '../src/journal/journal-backend.ts';
import { KeylessClient } from './keyless-client.ts';

const child = `
  import { Actor } from 'apify';
  await Actor.init();
  const { n } = (await Actor.getInput()) ?? {};
  await Actor.pushData({ twice: 2 * n });
  await Actor.exit();
`;

/** A run that does nothing. The test acts as its program. */
async function startParent(fixture: RunFixture) {
  const actorId = await fixture.deploy('parent', 'setInterval(() => {}, 1000)');
  const run = await fixture.start(actorId);
  return { run, childId: await fixture.deploy('child', child) };
}

type Parent = Awaited<ReturnType<typeof startParent>>;

function openJournal(fixture: RunFixture, { run }: Parent, at?: AtCrashPoint, baseUrl = fixture.platform.url): Backend {
  const http = new KeylessClient({ baseUrl, token: fixture.platform.token });
  const { defaultDatasetId: datasetId, defaultKeyValueStoreId: keyValueStoreId } = run;
  const address = { runId: run.id, datasetId, keyValueStoreId, requestQueueId: run.defaultRequestQueueId };
  const storages = new ApifyStorages(http, address, { settleMs: 100 });
  return new JournalBackend({ storages, runs: new RunsApi(http), runId: run.id, ...(at && { at }) });
}

const startOf = (parent: Parent, key: string, n: number) => ({ key, actor: parent.childId, input: { n }, options: {} });

const runsOf = async (fixture: RunFixture, { childId }: Parent) =>
  (await fixture.client.actor(childId).runs().list()).items;

test.each<CrashPoint>(['child-intended', 'child-started', 'child-stored'])(
  '[child-run-1], [child-run-2] a parent that is stopped at %s finds its child and no other run',
  async (stopAt) => {
    await using fixture = await startRunFixture({ commits: false });
    const parent = await startParent(fixture);
    const stopped = openJournal(fixture, parent, (point) => {
      if (point === stopAt) throw new Error('stopped');
    });
    await expect(stopped.startRun(startOf(parent, 'two', 2))).rejects.toThrow('stopped');
    // Another key with the same input at the same time.
    const other = await openJournal(fixture, parent).startRun(startOf(parent, 'other', 2));
    const runId = await openJournal(fixture, parent).startRun(startOf(parent, 'two', 2));
    expect(runId).not.toBe(other);
    expect((await runsOf(fixture, parent)).map(({ id }) => id).sort()).toEqual([runId, other].sort());
    const finished = await openJournal(fixture, parent).waitForRun(runId);
    expect(finished.status).toBe('SUCCEEDED');
    expect((await fixture.client.dataset(finished.defaultDatasetId).listItems()).items).toEqual([{ twice: 4 }]);
  },
);

/** Forwards calls, but loses the responses to the first `losses` starts of runs. */
async function startLossyProxy(
  target: string,
  { losses, dropsUserAgent = false }: { losses: number; dropsUserAgent?: boolean },
) {
  let left = losses;
  const server = createServer((request, response) => {
    const headers = { ...request.headers };
    if (dropsUserAgent) delete headers['user-agent'];
    const passed = httpRequest(target + request.url, { method: request.method, headers }, (incoming) => {
      if (request.method === 'POST' && request.url?.includes('/runs') && left > 0) {
        left -= 1;
        response.destroy();
        return;
      }
      response.writeHead(incoming.statusCode!, incoming.headers);
      incoming.pipe(response);
    });
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each([
  ['[child-run-2] by its user agent', false],
  ['[child-run-3] by its input, if the API does not return the user agent', true],
])('a start whose response is lost is found %s', async (_, dropsUserAgent) => {
  await using fixture = await startRunFixture({ commits: false });
  await using proxy = await startLossyProxy(fixture.platform.url, { losses: 1, dropsUserAgent });
  const parent = await startParent(fixture);
  const asAttempt = dropsUserAgent ? await asOfAnActor(fixture, parent) : fixture;
  const backend = openJournal(asAttempt, parent, undefined, proxy.url);
  const runId = await backend.startRun(startOf(parent, 'three', 3));
  expect(await backend.startRun(startOf(parent, 'three', 3))).toBe(runId);
  expect((await runsOf(fixture, parent)).map(({ id }) => id)).toEqual([runId]);
  // The same input under another key is another run, since the first run is claimed.
  const other = await openJournal(asAttempt, parent, undefined, proxy.url).startRun(startOf(parent, 'more', 3));
  expect(other).not.toBe(runId);
});

test('a refused start rejects, and can be corrected', async () => {
  await using fixture = await startRunFixture({ commits: false });
  const parent = await startParent(fixture);
  const backend = openJournal(fixture, parent);
  const refused = await backend
    .startRun({ ...startOf(parent, 'a', 1), actor: 'nobody/nothing' })
    .catch((error) => error);
  expect(refused).toBeInstanceOf(RefusedError);
  expect(refused).toMatchObject({ code: 'refused', statusCode: 404 });
  const runId = await backend.startRun(startOf(parent, 'a', 1));
  expect((await runsOf(fixture, parent)).map(({ id }) => id)).toEqual([runId]);
});

const callingParent = (childId: string) => `
  import { openState } from '@wherry/durable';
  process.env.WHERRY_JOURNAL_SETTLE_SECS = '0.2';
  const state = await openState({ key: 'calls', initial: () => ({ next: 1 }) });
  while (state.value.next <= 2) {
    const { next } = state.value;
    const { status, defaultDatasetId } = await state.call('${childId}', { n: next }, { key: 'child-' + next });
    await state.commit((draft, tx) => {
      tx.pushData({ next, status, hasResults: defaultDatasetId !== undefined });
      draft.next += 1;
    });
  }
  process.exit(0);
`;

test.each([true, false])(
  'a run that loses its server while its children run continues to wait for them; commits: %s',
  async (commits) => {
    await using fixture = await startRunFixture({ commits, servers: 3 });
    const childId = await fixture.deploy('child', child);
    const run = await fixture.start(await fixture.deploy('parent', callingParent(childId)));
    for (let moves = 1; moves <= 2; moves += 1) {
      await until(
        `the parent has started ${moves} children`,
        async () => (await fixture.client.actor(childId).runs().list()).total >= moves,
      );
      await fixture.migrate(run.id, 'lost');
    }
    const { status } = await fixture.client.run(run.id).waitForFinish();
    expect(status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    expect(await fixture.itemsOf(run)).toEqual([1, 2].map((next) => ({ next, status: 'SUCCEEDED', hasResults: true })));
    expect((await fixture.client.actor(childId).runs().list()).total).toBe(2);
  },
);

/** The fixture with the token of an attempt, whose starts have the origin ACTOR. */
async function asOfAnActor(fixture: RunFixture, { run }: Parent): Promise<RunFixture> {
  const actorId = await fixture.deploy(
    'teller',
    `import { Actor } from 'apify'; await Actor.init(); await Actor.setValue('TOKEN', process.env.APIFY_TOKEN); setInterval(() => {}, 1000);`,
    // It acts for another run, whose storages are not its own.
    { actorPermissionLevel: 'FULL_PERMISSIONS' },
  );
  const teller = await fixture.start(actorId, { of: run.id });
  const store = fixture.client.keyValueStore(teller.defaultKeyValueStoreId);
  const record = await until('the run has stored its token', () => store.getRecord('TOKEN'));
  return { ...fixture, platform: { ...fixture.platform, token: record.value as string } };
}
