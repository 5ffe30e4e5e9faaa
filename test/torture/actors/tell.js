/** What the Actors of the torture test have in common: they tell a witness outside of the platform what was acknowledged. */
import { setTimeout as delay } from 'node:timers/promises';

const { WITNESS_URL, ACTOR_RUN_ID, APIFY_API_BASE_URL, APIFY_TOKEN } = process.env;
const { ACTOR_DEFAULT_DATASET_ID, ACTOR_DEFAULT_KEY_VALUE_STORE_ID } = process.env;
const maxTries = 300;

export async function tell(kind, value) {
  const body = JSON.stringify({ runId: ACTOR_RUN_ID, kind, value });
  await fetch(`${WITNESS_URL}/tell`, { method: 'POST', body });
}

process.on('uncaughtException', async (error) => {
  console.error(error);
  await tell('died', String(error?.message ?? error)).catch(() => undefined);
  process.exit(1);
});

/** Calls the platform until it takes the call; what is not there is null. Ends a process that was replaced. */
async function call(method, path, body) {
  for (let tries = 1; ; tries += 1) {
    const url = APIFY_API_BASE_URL.replace(/\/$/, '') + path;
    const headers = { authorization: `Bearer ${APIFY_TOKEN}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response?.ok && text !== undefined) return text === '' ? null : JSON.parse(text);
    if (response?.status === 404) return null;
    if (response?.status === 401 || response?.status === 403) process.exit(1);
    if (tries === maxTries) throw new Error(`${method} ${path} got ${response?.status ?? 'no response'}: ${text}`);
    await delay(100);
  }
}

export const getInput = () => getRecord('INPUT');
export const getRecord = (key) =>
  call('GET', `/v2/key-value-stores/${ACTOR_DEFAULT_KEY_VALUE_STORE_ID}/records/${key}`);

export async function setRecord(key, value) {
  await call('PUT', `/v2/key-value-stores/${ACTOR_DEFAULT_KEY_VALUE_STORE_ID}/records/${key}`, value);
}

/** Pushes an item, and tells that the platform has acknowledged it. */
export async function push(item) {
  await call('POST', `/v2/datasets/${ACTOR_DEFAULT_DATASET_ID}/items`, item);
  await tell('acknowledged', item.key);
}

/** Works through numbered steps; an attempt begins where the one before it has stored that it was. */
export async function steps(count, work) {
  const state = (await getRecord('STATE')) ?? { next: 0 };
  for (let step = state.next; step < count; step += 1) {
    const more = await work(step);
    await push({ key: String(step), ...more });
    await setRecord('STATE', { next: step + 1 });
    await tell('step', step + 1);
  }
}
