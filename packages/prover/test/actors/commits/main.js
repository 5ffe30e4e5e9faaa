// Sound: an item and where it is are one commit, by its number made once. What @wherry/durable does, by hand.
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_RUN_ID: run } = process.env;
const store = process.env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID;
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

/** Asks until it gets an answer; who is fenced ends. */
async function call(method, path, body) {
  for (;;) {
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) }).catch(
      () => undefined,
    );
    if (answer?.status === 403) process.exit(1);
    if (answer !== undefined && answer.status < 429) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const { pages } = await call('GET', `/v2/key-value-stores/${store}/records/INPUT`);
const { data } = await call('GET', `/wherry/v1/runs/${run}/commits/last`);
for (let { sequence } = data; sequence < pages; sequence += 1) {
  const items = [{ items: [{ page: sequence }] }];
  const records = [{ key: 'STATE', value: { next: sequence + 1 } }];
  await call('PUT', `/wherry/v1/runs/${run}/commits/${sequence + 1}`, {
    items,
    records,
    charges: [{ eventName: 'page', count: 1 }],
  });
}
