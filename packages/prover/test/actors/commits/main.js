// Sound: an item and the progress are one numbered commit, made by hand as @wherry/durable makes it.
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_RUN_ID: run } = process.env;
const store = process.env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID;
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

/** Repeats the call until there is a response. Exits when this attempt is fenced. */
async function call(method, path, body) {
  for (;;) {
    const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) }).catch(
      () => undefined,
    );
    if (response?.status === 403) process.exit(1);
    if (response !== undefined && response.status < 429) return response.json();
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
