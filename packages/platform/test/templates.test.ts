/**
 * Actors in the shape of Apify's templates: built from their files alone, run, and moved to another server while they work.
 * `npm test` has a share of distinct shapes, `npm run test:long` all of them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath } from '../../../test/support/browser.ts';
import { deployFiles } from '../../../test/support/deploy.ts';
import { isLong } from '../../../test/support/long.ts';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';
import { sitePaths, type TemplateProject, templateProjects } from './template-projects.ts';

const stack = new AsyncDisposableStack();
let fixture: RunFixture;
/** Crawls for Actors that call others. */
let otherActorId: string;

const crawlingActor = `
import { Actor } from 'apify';
await Actor.init();
const { startUrls } = await Actor.getInput();
for (const { url } of startUrls) {
  const [, title] = /<title>(.*)<\\/title>/.exec(await (await fetch(url)).text());
  await Actor.pushData({ url, title });
}
await Actor.exit();`;

beforeAll(async () => {
  fixture = stack.use(await startRunFixture({ handoffs: { quietGraceSecs: 0.1 } }));
  otherActorId = await fixture.deploy('website-content-crawler', crawlingActor);
});
afterAll(() => stack.disposeAsync());

/** A site of a few pages that the first one links to; `/hold` is served only once it is released. */
async function startLinkedSite() {
  const held = Promise.withResolvers<void>();
  let isAsked = false;
  const server = createServer(async (request, response) => {
    const url = request.url ?? '/';
    if (url === '/hold') {
      isAsked = true;
      await held.promise;
    }
    const links = url === '/' ? sitePaths.map((path) => `<a href="${path}">${path}</a>`).join('') : '';
    response.setHeader('content-type', 'text/html');
    response.end(`<html><head><title>${url}</title></head><body><h1>Heading of ${url}</h1>${links}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isHeld: () => isAsked,
    release: () => held.resolve(),
    async [Symbol.asyncDispose]() {
      held.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function move(
  runId: string,
  released: TemplateProject['released'],
  site: { isHeld(): boolean; release(): void },
) {
  await until('the run waits for the page', () => site.isHeld() || isOver(runId));
  const moving = fixture.migrate(runId, 'warm');
  if (released === 'while it is moved') {
    await until('the run is told to move', async () =>
      (await fixture.logOf(runId)).includes('is told that it migrates'),
    );
    site.release();
  }
  const handoff = await moving;
  site.release();
  return handoff;
}

const isOver = async (runId: string) => {
  const { status } = (await fixture.client.run(runId).get())!;
  return status !== 'READY' && status !== 'RUNNING';
};

const wanted = templateProjects.filter(({ isInShare }) => isLong || isInShare === true);

test.for(wanted.map((project) => [project.id, project] as const))(
  'a project in the shape of %s is built, runs, and is moved once without losing or repeating a result',
  async ([, project], { skip }) => {
    skip(project.needsBrowser === true && chromiumPath === undefined, 'This machine has no Chromium.');
    await using site = await startLinkedSite();
    const { actorId } = await deployFiles(fixture.client, project.id, project.files);
    const { id } = await fixture.start(actorId, project.input(site.url, otherActorId));
    const isMoved = project.released !== 'never moved';
    const handoff = isMoved ? await move(id, project.released, site) : undefined;
    const run = await fixture.client.run(id).waitForFinish();
    expect(run.status, await fixture.logOf(id)).toBe('SUCCEEDED');
    if (isMoved) expect(handoff, await fixture.logOf(id)).toMatchObject({ phase: 'done', mode: 'warm' });
    const found = JSON.parse(JSON.stringify(await fixture.itemsOf(run)).replaceAll(site.url, '')) as object[];
    expect(found).toEqual(expect.arrayContaining([...project.items]));
    expect(found).toHaveLength(project.items.length);
    for (const [key, contentType] of Object.entries(project.records ?? {})) {
      expect(await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord(key)).toMatchObject({
        contentType,
      });
    }
  },
);
