/**
 * A state and a crawl over the SDK's local storage that go on where a killed process was. It runs with the package as it
 * is published, under each Node that the package names (`scripts/test-durable-on-node.mjs`), so it is plain JavaScript.
 * Writes a line for each commit that it has the acknowledgement of, and its findings as JSON in the last line.
 */
import { createServer } from 'node:http';
import { durableMap, durableSet, openState } from '@wherry/durable';
import { BasicCrawler, Dataset } from '@wherry/durable/crawlee';

const count = Number(process.argv[2]);

const initial = () => ({ cursor: 0, seen: durableSet(), texts: durableMap(), opened: 0 });
const state = await openState({ key: 'STATE', initial });
await state.commit((draft) => {
  draft.opened += 1;
});
while (state.value.cursor < count) {
  const commits = [1, 2, 3].map(() =>
    state.commit((draft, tx) => {
      const index = draft.cursor;
      if (index >= count) return;
      draft.cursor += 1;
      draft.seen.add(`page-${index}`);
      draft.texts.set(index, `text ${index}`);
      tx.pushData({ index });
    }),
  );
  await Promise.all(commits);
  console.log(`acknowledged ${state.value.cursor}`);
}

const site = createServer((_request, response) => response.end('page')).listen(0, '127.0.0.1');
await new Promise((resolve) => site.once('listening', resolve));
const { port } = site.address();
const crawler = new BasicCrawler({
  maxConcurrency: 3,
  async requestHandler({ request, pushData, addRequests }) {
    const page = Number(request.uniqueKey);
    await fetch(`http://127.0.0.1:${port}/${page}`);
    await pushData({ page }, 'pages');
    const next = [2 * page + 1, 2 * page + 2].filter((each) => each < count);
    await addRequests(next.map((each) => ({ url: 'http://site.test/', uniqueKey: `${each}` })));
    console.log(`page ${page}`);
  },
});
await crawler.run([{ url: 'http://site.test/', uniqueKey: '0' }]);
site.close();

const { cursor, seen, texts, opened } = state.value;
const items = (await (await Dataset.open()).getData()).items.map(({ index }) => index);
const pages = (await (await Dataset.open('pages')).getData()).items.map(({ page }) => page);
await state.close();
console.log(JSON.stringify({ cursor, seen: seen.size, texts: texts.size, opened, items, pages }));
