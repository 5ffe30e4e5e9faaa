import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

const version = { versionNumber: '0.0', sourceType: 'SOURCE_FILES', sourceFiles: [] };

test('names are found whatever their case and are unique so, and a user is named by name or id', async () => {
  await using fixture = await startFixture();
  const dataOf = async (method: string, url: string, body?: unknown) => {
    const response = await fixture.call(method, url, body);
    const { data, error } = (await response.json()) as {
      data?: { id: string; name: string };
      error?: { type: string };
    };
    return { status: response.status, id: data?.id, name: data?.name, type: error?.type };
  };
  const me = await fixture.client.user().get();
  const spellings = (name: string) => [
    name,
    name.toLowerCase(),
    `~${name.toUpperCase()}`,
    `me~${name}`,
    `${me.username!.toUpperCase()}~${name}`,
    `${(me as { id: string }).id}~${name.toLowerCase()}`,
    `${me.username}%2F${name}`,
  ];
  for (const kind of ['datasets', 'key-value-stores', 'request-queues']) {
    const made = await dataOf('POST', `/v2/${kind}?name=My-Things`);
    expect(await dataOf('POST', `/v2/${kind}?name=my-things`)).toMatchObject({
      status: 200,
      id: made.id,
      name: 'My-Things',
    });
    for (const address of spellings('My-Things')) {
      expect(await dataOf('GET', `/v2/${kind}/${address}`), address).toMatchObject({ id: made.id });
    }
    expect(await dataOf('GET', `/v2/${kind}/stranger~My-Things`)).toMatchObject({ status: 404 });
    const other = await dataOf('POST', `/v2/${kind}?name=others`);
    expect(await dataOf('PUT', `/v2/${kind}/${other.id}`, { name: 'MY-THINGS' })).toMatchObject({
      type: 'name-not-unique',
    });
    expect(await dataOf('PUT', `/v2/${kind}/${made.id}`, { name: 'MY-things' })).toMatchObject({ name: 'MY-things' });
  }
  const actor = await dataOf('POST', '/v2/acts', { name: 'My-Actor', versions: [version] });
  for (const address of spellings('My-Actor')) {
    expect(await dataOf('GET', `/v2/acts/${address}`), address).toMatchObject({ id: actor.id, name: 'My-Actor' });
  }
  expect(await dataOf('GET', '/v2/acts/stranger~My-Actor')).toMatchObject({ status: 404 });
  expect(await dataOf('POST', '/v2/acts', { name: 'my-actor' })).toMatchObject({
    status: 409,
    type: 'actor-name-not-unique',
  });
  expect(await dataOf('GET', `/v2/users/${me.username!.toUpperCase()}`)).toMatchObject({
    id: (me as { id: string }).id,
  });
});
