/** Published reports of `wherry prove`. That they are nobody else's is in `user-isolation.test.ts`. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readEvents } from './event-reader.ts';
import { startFixture } from './fixture.ts';
import { proofReport } from './proof-report.ts';
import { startRunFixture } from './run-fixture.ts';

interface Proof {
  readonly id: string;
  readonly verdict: string;
  readonly buildNumber: string | null;
  readonly report?: object;
}

async function openActor(name = 'crawler') {
  const fixture = await startFixture();
  const { id: actorId } = await fixture.client.actors().create({ name });
  const url = `/wherry/v1/actors/${actorId}/proofs`;
  const publish = (body: unknown, headers?: Record<string, string>) => fixture.call('POST', url, body, headers);
  const list = async () => ((await (await fixture.call('GET', url)).json()) as { data: { items: Proof[] } }).data.items;
  return { fixture, actorId, publish, list };
}

test('a published report is listed by what it says, read as it was sent, and deleted', async () => {
  const { fixture, actorId, publish, list } = await openActor();
  await using _ = fixture;
  await using stream = await readEvents(fixture);
  const report = proofReport({ failing: [{ kind: 'kill', log: '</script>\u2028"' }], further: { nested: [1, null] } });
  const response = await publish({ report });
  expect(response.status).toBe(201);
  const { data: published } = (await response.json()) as { data: Proof };
  expect(published).toMatchObject({ actorId, verdict: 'unsafe', faults: 12, failures: 3, buildNumber: null });
  await stream.next(
    'the proof',
    ({ data }) => data.kind === 'proof' && data.id === published.id && data.actorId === actorId,
  );
  expect(await list()).toEqual([published]);
  const one = await fixture.call('GET', `/wherry/v1/proofs/${published.id}`);
  expect(await one.json()).toEqual({ data: { ...published, report } });
  const safe = await publish({ report: proofReport({ verdict: 'safe', failedRuns: 0, rows: [] }) });
  expect((await safe.json()) as object).toMatchObject({ data: { verdict: 'safe', failures: 0 } });
  expect((await list()).map(({ verdict }) => verdict)).toEqual(['safe', 'unsafe']);
  expect((await fixture.call('DELETE', `/wherry/v1/proofs/${published.id}`)).status).toBe(204);
  expect((await fixture.call('DELETE', `/wherry/v1/proofs/${published.id}`)).status).toBe(404);
  expect(await list()).toHaveLength(1);
});

test('what is no report, and a build that the Actor does not have, are refused with a sentence', async () => {
  await using fixture = await startRunFixture();
  const actorId = await fixture.deploy('built', '');
  const url = `/wherry/v1/actors/${actorId}/proofs`;
  const messageOf = async (body: unknown) => {
    const response = await fixture.call('POST', url, body);
    const { error } = (await response.json()) as { error?: { message: string } };
    return `${response.status} ${error?.message ?? ''}`;
  };
  expect(await messageOf([])).toMatch(/^400 Send a JSON object/);
  expect(await messageOf({ report: 'x' })).toMatch(/^400 .*report/);
  expect(await messageOf({ report: proofReport({ verdict: 'fine' }) })).toMatch(/^400 .*"safe", "unsafe", "unclear"/);
  expect(await messageOf({ report: proofReport({ rows: [{ kind: 'kill', runs: 1, failedRuns: -1 }] }) })).toMatch(
    /^400 /,
  );
  expect(await messageOf({ report: proofReport(), buildNumber: '9.9.9' })).toMatch(
    /^400 The Actor has no build "9.9.9"/,
  );
  expect(await messageOf({ report: proofReport(), buildNumber: '0.1.1' })).toMatch(/^201/);
  const missing = await fixture.call('POST', '/wherry/v1/actors/no-such-actor/proofs', { report: proofReport() });
  expect(missing.status).toBe(404);
});

test('a report of more than 5 MB is refused, also when it is compressed; one below it is stored', async () => {
  const { fixture, publish, list } = await openActor();
  await using _ = fixture;
  const large = (bytes: number) =>
    JSON.stringify({ report: proofReport({ log: randomBytes(bytes / 2).toString('hex') }) });
  const accepted = large(5_000_000);
  expect((await publish(accepted)).status).toBe(201);
  const refused = await publish(large(5_500_000));
  expect([refused.status, await refused.json()]).toMatchObject([
    413,
    { error: { message: expect.stringContaining('5 MB') } },
  ]);
  const bomb = gzipSync(JSON.stringify({ report: proofReport({ log: 'x'.repeat(50_000_000) }) }));
  const headers = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    authorization: 'Bearer test-token',
  };
  const [{ id, ...proof }] = (await list()) as [Proof & { actorId: string }];
  const url = `${fixture.platform.url}/wherry/v1/actors/${proof.actorId}/proofs`;
  expect((await fetch(url, { method: 'POST', headers, body: bomb })).status).toBe(413);
  expect(await list()).toHaveLength(1);
  const stored = await fixture.call('GET', `/wherry/v1/proofs/${id}`);
  expect(((await stored.json()) as { data: Proof }).data.report).toEqual(JSON.parse(accepted).report);
});

test('[proof-1] an Actor keeps its newest 100 proofs, and a deleted one has none; other Actors keep theirs', async () => {
  const { fixture, actorId, publish, list } = await openActor();
  await using _ = fixture;
  const { id: other } = await fixture.client.actors().create({ name: 'other' });
  await fixture.call('POST', `/wherry/v1/actors/${other}/proofs`, { report: proofReport() });
  const ids: string[] = [];
  for (let seed = 0; seed < 103; seed += 1) {
    const response = await publish({ report: proofReport({ seed }) });
    ids.push(((await response.json()) as { data: Proof }).data.id);
  }
  const kept = (await list()).map(({ id }) => id);
  expect(kept).toHaveLength(100);
  expect(ids.slice(3).filter((id) => !kept.includes(id))).toEqual([]);
  await fixture.client.actor(actorId).delete();
  expect((await fixture.call('GET', `/wherry/v1/proofs/${kept[0]}`)).status).toBe(404);
  const left = await fixture.call('GET', `/wherry/v1/actors/${other}/proofs`);
  expect(((await left.json()) as { data: { items: Proof[] } }).data.items).toHaveLength(1);
});
