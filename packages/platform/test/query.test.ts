import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

const parameters = `attachment bom build clean clientKey cursor delimiter desc download exclusiveStartId exclusiveStartKey
  fields filter flatten forefront format limit lockSecs my name offset omit outputFields ownership prefix raw simplified
  skipEmpty skipFailedPages skipHeaderRow skipHidden sortBy startedAfter status stream tag unnamed unwind useCache version waitForFinish timeout memory origin`;
const repeated = parameters
  .split(/\s+/)
  .flatMap((name) => ['', '1', 'true', 'a'].map((value) => [name, value] as const));

test('a parameter that is given twice never fails the platform', async () => {
  await using fixture = await startFixture();
  const [actor, dataset, store, queue] = await Promise.all([
    fixture.client.actors().create({ name: 'actor' }),
    fixture.client.datasets().getOrCreate('d'),
    fixture.client.keyValueStores().getOrCreate('s'),
    fixture.client.requestQueues().getOrCreate('q'),
  ]);
  await fixture.client.keyValueStore(store.id).setRecord({ key: 'a', value: 1 });
  for (const [method, path] of [
    ['GET', '/v2/acts'],
    ['GET', `/v2/acts/${actor.id}/runs/last/dataset`],
    ['GET', `/v2/acts/${actor.id}/runs/last/log`],
    ['GET', '/v2/actor-runs'],
    ['GET', `/v2/acts/${actor.id}/runs`],
    ['POST', `/v2/acts/${actor.id}/runs`],
    ['GET', '/v2/actor-builds'],
    ['POST', `/v2/acts/${actor.id}/builds`],
    ['GET', '/v2/logs/none'],
    ['GET', '/v2/datasets'],
    ['POST', '/v2/datasets'],
    ['GET', `/v2/datasets/${dataset.id}/items`],
    ['GET', `/v2/key-value-stores/${store.id}/keys`],
    ['GET', `/v2/key-value-stores/${store.id}/records/a`],
    ['GET', `/v2/request-queues/${queue.id}/requests`],
    ['GET', `/v2/request-queues/${queue.id}/head`],
    ['POST', `/v2/request-queues/${queue.id}/head/lock`],
    ['POST', `/v2/request-queues/${queue.id}/requests/unlock`],
  ] as const) {
    const answers = await Promise.all(
      repeated.map(async ([name, value]) => {
        const answer = await fixture.call(method, `${path}?${name}=${value}&${name}=${value}`);
        await answer.arrayBuffer();
        return { name, value, status: answer.status };
      }),
    );
    expect(
      answers.filter(({ status }) => status >= 500),
      `${method} ${path}`,
    ).toEqual([]);
  }
});

test('a token that is given twice is no token', async () => {
  await using fixture = await startFixture();
  const answer = await fetch(`${fixture.platform.url}/v2/users/me?token=test-token&token=test-token`);
  expect(answer.status).toBe(401);
});
