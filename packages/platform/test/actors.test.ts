import { ActorSourceType } from 'apify-client';
import { expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

const version = {
  versionNumber: '0.1',
  sourceType: ActorSourceType.SourceFiles as const,
  buildTag: 'latest',
  sourceFiles: [{ name: 'main.js', format: 'TEXT' as const, content: 'console.log(1)' }],
};

async function errorOf(fixture: Fixture, method: string, path: string, body?: unknown) {
  const answer = await fixture.call(method, path, body);
  const { error } = (await answer.json()) as { error: { type: string; message: string } };
  return { status: answer.status, ...error };
}

test('an Actor is created, found by each of its addresses, changed and deleted', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const me = await client.user('me').get();
  const actor = await client.actors().create({ name: 'my-actor', title: 'Mine', versions: [version] });
  expect(actor).toMatchObject({ name: 'my-actor', title: 'Mine', userId: me.id, username: me.username });
  expect(actor.createdAt).toBeInstanceOf(Date);
  for (const address of [actor.id, 'my-actor', `${me.username}/my-actor`, `${me.username}~my-actor`, '~my-actor']) {
    expect((await client.actor(address).get())?.id, address).toBe(actor.id);
  }
  for (const spelling of ['acts', 'actors']) {
    expect((await fixture.call('GET', `/v2/${spelling}/${actor.id}`)).status).toBe(200);
  }
  const changed = await client.actor(actor.id).update({
    name: 'other',
    defaultRunOptions: { memoryMbytes: 512, build: 'latest', timeoutSecs: 3600 },
  });
  expect(changed).toMatchObject({ name: 'other', title: 'Mine', defaultRunOptions: { memoryMbytes: 512 } });
  expect(changed.versions).toHaveLength(1);
  await client.actor(actor.id).delete();
  expect(await client.actor(actor.id).get()).toBeUndefined();
});

test('run options are changed one by one, and what nobody set is Apify’s', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const { id } = await client.actors().create({ name: 'a' });
  await fixture.call('PUT', `/v2/acts/${id}`, { defaultRunOptions: { memoryMbytes: 256 } });
  await fixture.call('PUT', `/v2/acts/${id}`, { defaultRunOptions: { timeoutSecs: 0 }, unknown: 1 });
  const actor = (await client.actor(id).get())!;
  expect(actor.defaultRunOptions).toEqual({ build: 'latest', memoryMbytes: 256, timeoutSecs: 0 });
  expect(actor).not.toHaveProperty('unknown');
});

test('Actors are listed in pages, in both directions', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  for (const name of ['a', 'b', 'c']) await client.actors().create({ name });
  const page = await client.actors().list({ my: true, limit: 2, desc: true });
  expect(page).toMatchObject({ total: 3, count: 2, limit: 2, offset: 0, desc: true });
  const rest = await client.actors().list({ offset: 2, desc: true });
  expect(new Set([...page.items, ...rest.items].map(({ name }) => name))).toEqual(new Set(['a', 'b', 'c']));
  // None of them has a title.
  expect(page.items.map(({ title, name }: { title?: string; name: string }) => title === name)).toEqual([true, true]);
  expect(await errorOf(fixture, 'GET', '/v2/acts?sortBy=name')).toMatchObject({ status: 400, type: 'invalid-input' });
  expect(await errorOf(fixture, 'GET', '/v2/acts?my=perhaps')).toMatchObject({ status: 400 });
});

test('a request that is not right is refused, and nothing is changed', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.actors().create({ name: 'taken', versions: [version] });
  const before = await fixture.client.actor(id).get();
  const post = (body: unknown) => errorOf(fixture, 'POST', '/v2/acts', body);
  expect(await post({ name: 'taken' })).toMatchObject({ status: 409, type: 'actor-name-not-unique' });
  expect(await post({})).toMatchObject({ status: 400, type: 'missing-resource-name' });
  for (const body of [
    { name: 'has space' },
    { name: 7 },
    { name: 'x'.repeat(64) },
    { name: 'b', title: 5 },
    { name: 'b', versions: [version, version] },
    { name: 'b', versions: [{ ...version, versionNumber: '1' }] },
    { name: 'b', versions: [{ ...version, sourceType: 'FLOPPY' }] },
    { name: 'b', versions: [{ ...version, buildTag: '0.1.2' }] },
    { name: 'b', versions: [{ ...version, sourceFiles: [{ name: '../up' }] }] },
    { name: 'b', versions: [{ ...version, sourceFiles: [{ name: '/etc/passwd' }] }] },
    { name: 'b', versions: [{ ...version, sourceFiles: [{ name: 'a\\..\\b' }] }] },
    { name: 'b', versions: [{ ...version, sourceType: 'TARBALL', tarballUrl: 'file:///etc/passwd' }] },
    { name: 'b', defaultRunOptions: { memoryMbytes: 'much' } },
    [],
  ]) {
    expect(await post(body), JSON.stringify(body)).toMatchObject({ status: 400, type: 'invalid-input' });
  }
  expect(
    await errorOf(fixture, 'PUT', `/v2/acts/${id}`, { taggedBuilds: { latest: { buildId: 'nope' } } }),
  ).toMatchObject({
    status: 404,
  });
  expect(await errorOf(fixture, 'DELETE', '/v2/acts/nobody')).toMatchObject({ status: 404, type: 'record-not-found' });
  expect(await fixture.client.actor(id).get()).toEqual(before);
  expect((await fixture.client.actors().list()).total).toBe(1);
});

test('versions are created, laid over and deleted', async () => {
  await using fixture = await startFixture();
  const actor = fixture.client.actor((await fixture.client.actors().create({ name: 'a' })).id);
  await actor.versions().create(version);
  await actor.version('0.1').update({ buildTag: 'beta' } as never);
  expect(await actor.version('0.1').get()).toMatchObject({
    versionNumber: '0.1',
    buildTag: 'beta',
    sourceFiles: version.sourceFiles,
    envVars: null,
  });
  const path = `/v2/acts/${actor.id}/versions`;
  expect(await errorOf(fixture, 'POST', path, version)).toMatchObject({ status: 409, type: 'version-already-exists' });
  expect(await errorOf(fixture, 'POST', path, { sourceType: 'SOURCE_FILES' })).toMatchObject({ status: 400 });
  expect(await errorOf(fixture, 'PUT', `${path}/0.1`, { versionNumber: '0.2' })).toMatchObject({ status: 400 });
  expect(await errorOf(fixture, 'PUT', `${path}/0.9`, {})).toMatchObject({ status: 404 });
  await actor.versions().create({ ...version, versionNumber: '0.10' });
  await actor.versions().create({ ...version, versionNumber: '0.9' });
  expect((await actor.versions().list()).items.map((each) => each.versionNumber)).toEqual(['0.1', '0.9', '0.10']);
  await actor.version('0.9').delete();
  expect(await actor.version('0.9').get()).toBeUndefined();
});

test('the value of a secret variable is never shown back, and survives an update that does not know it', async () => {
  await using fixture = await startFixture();
  const secret = 'do-not-show-me';
  const { id } = await fixture.client.actors().create({
    name: 'a',
    versions: [
      {
        ...version,
        envVars: [
          { name: 'TOKEN', value: secret, isSecret: true },
          { name: 'PLAIN', value: 'x' },
        ],
      },
    ],
  });
  const variables = fixture.client.actor(id).version('0.1');
  const texts = await Promise.all(
    ['', '/versions', '/versions/0.1', '/versions/0.1/env-vars', '/versions/0.1/env-vars/TOKEN'].map(async (path) =>
      (await fixture.call('GET', `/v2/acts/${id}${path}`)).text(),
    ),
  );
  for (const text of texts) {
    expect(text).toContain('TOKEN');
    expect(text).not.toContain(secret);
  }
  expect(await variables.envVar('PLAIN').get()).toEqual({ name: 'PLAIN', value: 'x' });
  const read = (await variables.get())!;
  await variables.update({ envVars: read.envVars } as never);
  await variables.envVar('TOKEN').update({ name: 'TOKEN', isSecret: true } as never);
  expect(await variables.envVar('TOKEN').get()).toEqual({ name: 'TOKEN', isSecret: true });
  const path = `/v2/acts/${id}/versions/0.1/env-vars`;
  // To make a secret public must not show what it was.
  expect(await errorOf(fixture, 'PUT', `${path}/TOKEN`, { isSecret: false })).toMatchObject({ status: 400 });
  expect(await errorOf(fixture, 'PUT', `${path}/TOKEN`, { name: 'NEW' })).toMatchObject({
    type: 'cannot-rename-env-var',
  });
  expect(await errorOf(fixture, 'POST', path, { name: 'TOKEN', value: 'y' })).toMatchObject({
    status: 409,
    type: 'env-var-already-exists',
  });
  expect(await errorOf(fixture, 'POST', path, { name: 'no-dash', value: 'y' })).toMatchObject({ status: 400 });
  expect(await errorOf(fixture, 'POST', path, { name: 'EMPTY' })).toMatchObject({ status: 400 });
  await variables.envVar('TOKEN').delete();
  expect((await variables.envVars().list()).items.map(({ name }) => name)).toEqual(['PLAIN']);
});

test('a user sees a private profile of their own, and a public one by name', async () => {
  await using fixture = await startFixture();
  const me = await fixture.client.user('me').get();
  expect(me).toMatchObject({ username: 'wherry', isPaying: false });
  expect(await fixture.client.user(me.id).get()).toEqual({
    id: me.id,
    username: 'wherry',
    profile: { name: 'wherry' },
  });
  expect((await fixture.call('GET', '/v2/users/nobody')).status).toBe(404);
});
