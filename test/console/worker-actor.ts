import type { ApifyClient } from 'apify-client';
import { deployFiles } from '../support/deploy.ts';

// Its input: `pages`, how many its queue has; `everyMs`; `statusMessage`; `error`, which it prints as an error before it fails.
// Without the SDK, which takes longer to boot than the tests of a page take.
const main = `
import { setTimeout as delay } from 'node:timers/promises';
const { env } = process;
async function call(method, path, body) {
  const response = await fetch(env.APIFY_API_BASE_URL + '/v2/' + path, {
    method,
    headers: { authorization: 'Bearer ' + env.APIFY_TOKEN, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(path + ' returned ' + response.status);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text).data;
}
let isMigrating = false;
new WebSocket(env.ACTOR_EVENTS_WEBSOCKET_URL).onmessage = ({ data }) => {
  isMigrating ||= JSON.parse(data).name === 'migrating';
};
const store = 'key-value-stores/' + env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID;
const queue = 'request-queues/' + env.ACTOR_DEFAULT_REQUEST_QUEUE_ID;
const input = await (await fetch(env.APIFY_API_BASE_URL + '/v2/' + store + '/records/INPUT', {
  headers: { authorization: 'Bearer ' + env.APIFY_TOKEN },
})).json();
if (input.statusMessage) await call('PUT', 'actor-runs/' + env.ACTOR_RUN_ID, { statusMessage: input.statusMessage });
if (input.error) {
  console.error('ERROR ' + input.error);
  process.exit(1);
}
const { totalRequestCount } = await call('GET', queue);
for (let page = totalRequestCount; page < input.pages; page += 1) {
  await call('POST', queue + '/requests', { url: 'http://shop.example/' + page, uniqueKey: String(page) });
}
for (;;) {
  const { items } = await call('GET', queue + '/head?limit=1');
  if (items.length === 0) process.exit(0);
  if (isMigrating) {
    await call('POST', 'actor-runs/' + env.ACTOR_RUN_ID + '/reboot');
    await delay(60_000);
  }
  await delay(input.everyMs);
  await call('POST', 'datasets/' + env.ACTOR_DEFAULT_DATASET_ID + '/items', { url: items[0].url });
  await call('PUT', queue + '/requests/' + items[0].id, { ...items[0], handledAt: new Date().toISOString() });
  console.log('INFO  ' + items[0].url);
}
`;

const packageFile = (name: string): string =>
  JSON.stringify({ name, version: '0.1.0', private: true, type: 'module', scripts: { start: 'node main.js' } });

/** An Actor that works a queue off, one page after the other, and goes on where it was. Resolves with its id. */
export async function deployWorker(client: ApifyClient, name: string): Promise<string> {
  const { actorId } = await deployFiles(client, name, { 'main.js': main, 'package.json': packageFile(name) });
  return actorId;
}
