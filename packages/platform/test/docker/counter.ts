/** A program for Node that needs no packages: it numbers items and commits each with its count, exactly once. */
export const counterFiles = {
  Dockerfile: 'FROM apify/actor-node:24\nCOPY main.js ./\nCMD ["node", "main.js"]\n',
  'main.js': `
const { ACTOR_RUN_ID, APIFY_API_BASE_URL, APIFY_TOKEN, ACTOR_EVENTS_WEBSOCKET_URL } = process.env;
const store = process.env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID;
let isMigrating = false;
let inFlight = Promise.resolve();

async function call(method, path, body) {
  for (;;) {
    try {
      const answer = await fetch(APIFY_API_BASE_URL + path, {
        method,
        headers: { authorization: 'Bearer ' + APIFY_TOKEN, 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.status < 500) return answer;
    } catch {
      // The platform is away, or cannot be reached: the call is made again.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const known = await call('GET', '/v2/key-value-stores/' + store + '/records/STATE');
let { next } = known.status === 200 ? await known.json() : { next: 0 };
console.log('goes on at ' + next);
const events = new WebSocket(ACTOR_EVENTS_WEBSOCKET_URL);
events.onmessage = async ({ data }) => {
  if (JSON.parse(data).name !== 'migrating') return;
  isMigrating = true;
  await inFlight;
  await call('POST', '/v2/actor-runs/' + ACTOR_RUN_ID + '/reboot');
};

async function commit() {
  const change = { items: [{ items: [{ next }] }], records: [{ key: 'STATE', value: { next: next + 1 } }] };
  const { status } = await call('PUT', '/wherry/v1/runs/' + ACTOR_RUN_ID + '/commits/' + (next + 1), change);
  if (status === 200) next += 1;
  else console.log('refused ' + status);
}
for (;;) {
  if (!isMigrating) await (inFlight = commit());
  await new Promise((resolve) => setTimeout(resolve, 100));
}
`,
};
