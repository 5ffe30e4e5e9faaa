// Pushes items one by one and continues after the last one in its dataset, so that no move may lose or repeat an item.
// Without the SDK, which takes longer to boot than most tests here take.
import { setTimeout as delay } from 'node:timers/promises';

const { env } = process;

async function call(method, path, body) {
  const answer = await fetch(`${env.APIFY_API_BASE_URL}/v2/${path}`, {
    method,
    headers: { authorization: `Bearer ${env.APIFY_TOKEN}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
  return answer.json();
}

let isMigrating = false;
const events = new WebSocket(env.ACTOR_EVENTS_WEBSOCKET_URL);
events.onmessage = ({ data }) => {
  isMigrating ||= JSON.parse(data).name === 'migrating';
};

const dataset = `datasets/${env.ACTOR_DEFAULT_DATASET_ID}`;
const store = `key-value-stores/${env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID}/records`;
const { items, everyMs, fails } = await call('GET', `${store}/INPUT`);
let { itemCount } = (await call('GET', dataset)).data;
console.log(`at work from ${itemCount}`);

/** Without a number of items it continues until the record ENOUGH is set. */
const isDone = async () => (items === undefined ? await call('GET', `${store}/ENOUGH`) : itemCount >= items);

while (!(await isDone())) {
  await delay(everyMs);
  if (isMigrating) {
    await call('POST', `actor-runs/${env.ACTOR_RUN_ID}/reboot`);
    await delay(60_000);
  }
  await call('POST', `${dataset}/items`, { item: itemCount });
  console.log(`item ${itemCount}`);
  itemCount += 1;
}
process.exit(fails ? 3 : 0);
