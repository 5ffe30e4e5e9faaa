/** Actors in the shape of Apify's templates: their own Dockerfiles make the images, and each is moved once while it works. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openBench, startDockerFixture } from '../../packages/platform/test/docker/docker-host.ts';
import { startSiteElsewhere } from '../../packages/platform/test/docker/site-elsewhere.ts';
import { sitePaths, type TemplateProject, templateProjects } from '../../packages/platform/test/template-projects.ts';
import { deployFiles } from '../support/deploy.ts';
import { isLong } from '../support/long.ts';
import { uvProgram, whyNoPythonTests } from '../support/python.ts';
import { until } from '../support/until.ts';

const dockerHost = inject('dockerHost');
const pythonImage = 'apify/actor-python:3.14';
const pythonImageScript = fileURLToPath(new URL('./python-image.sh', import.meta.url));

type Project = Pick<TemplateProject, 'id' | 'files' | 'input' | 'released' | 'items'>;

const pythonMain = `
from urllib.parse import urljoin

from apify import Actor, Request
from bs4 import BeautifulSoup
from httpx import AsyncClient


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input()
        proxy = await Actor.create_proxy_configuration(actor_proxy_input={'useApifyProxy': True})
        queue = await Actor.open_request_queue()
        for source in actor_input['start_urls']:
            await queue.add_request(Request.from_url(source['url'], user_data={'depth': 0}))
        async with AsyncClient(timeout=None, proxy=await proxy.new_url()) as client:
            while request := await queue.fetch_next_request():
                soup = BeautifulSoup((await client.get(request.url)).content, 'html.parser')
                if int(request.user_data['depth']) < 1:
                    for link in soup.find_all('a'):
                        url = urljoin(request.url, link.get('href'))
                        await queue.add_request(Request.from_url(url, user_data={'depth': 1}))
                await Actor.push_data({'url': request.url, 'title': soup.title.string})
                await queue.mark_request_as_handled(request)
`;

const python: Project = {
  id: 'python-beautifulsoup',
  files: {
    '.actor/actor.json': JSON.stringify({
      actorSpecification: 1,
      name: 'python-beautifulsoup',
      version: '0.0',
      dockerfile: '../Dockerfile',
    }),
    Dockerfile: `FROM ${pythonImage}
USER myuser
COPY --chown=myuser:myuser requirements.txt ./
RUN python --version && pip --version && pip install -r requirements.txt && pip freeze
COPY --chown=myuser:myuser . ./
RUN python3 -m compileall -q my_actor/
CMD ["python3", "-m", "my_actor"]
`,
    'requirements.txt': 'apify >= 4.1, < 5\nbeautifulsoup4 >= 4.13\nhttpx\n',
    'my_actor/__init__.py': '',
    'my_actor/__main__.py': 'import asyncio\n\nfrom .main import main\n\nasyncio.run(main())\n',
    'my_actor/main.py': pythonMain,
  },
  input: (site) => ({ start_urls: [{ url: `${site}/` }] }),
  released: 'while it is moved',
  items: sitePaths.map((title) => ({ title, url: title })),
};

/** The image of the one in TypeScript has all steps of the one in JavaScript. */
const ofJavaScript = isLong ? ['js-crawlee-cheerio', 'ts-crawlee-cheerio'] : ['ts-crawlee-cheerio'];

const projects: readonly Project[] = [...templateProjects.filter(({ id }) => ofJavaScript.includes(id)), python];

describe.skipIf(dockerHost === undefined)('the shapes of templates in containers', () => {
  const stack = new AsyncDisposableStack();
  let fixture: Awaited<ReturnType<typeof startDockerFixture>>;

  beforeAll(async () => {
    fixture = stack.use(await startDockerFixture(stack.use(openBench()), { handoffs: { quietGraceSecs: 0.5 } }));
  });
  afterAll(() => stack.disposeAsync());

  test.for(projects.map((project) => [project.id, project] as const))(
    'a project in the shape of %s is built by its own Dockerfile, runs, and is moved once',
    async ([, project], { skip }) => {
      if (project === python) {
        skip(whyNoPythonTests !== undefined, whyNoPythonTests);
        await promisify(execFile)(pythonImageScript, [dockerHost!, 'apify/actor-node:24', pythonImage, uvProgram]);
      }
      await using site = await startSiteElsewhere();
      const { actorId } = await deployFiles(fixture.client, project.id, project.files);
      const { id } = await fixture.start(actorId, project.input(site.url, ''), { memory: 2048 });
      const isOver = async () => !['READY', 'RUNNING'].includes((await fixture.client.run(id).get())!.status);
      await until('the run waits for the page', async () => (await site.isHeld()) || isOver());
      const moving = fixture.migrate(id, 'warm');
      // A crawler finishes the request that it works on; what does not listen is moved while it waits.
      if (project.released === 'after it was moved') await moving;
      else await until('the run is told to move', async () => /is told that it migrates/.test(await fixture.logOf(id)));
      await site.release();
      const handoff = await moving;
      const run = await fixture.client.run(id).waitForFinish();
      expect(run.status, await fixture.logOf(id)).toBe('SUCCEEDED');
      expect(handoff, await fixture.logOf(id)).toMatchObject({ phase: 'done', mode: 'warm' });
      const found = JSON.parse(JSON.stringify(await fixture.itemsOf(run)).replaceAll(site.url, '')) as object[];
      expect(found).toEqual(expect.arrayContaining([...project.items]));
      expect(found).toHaveLength(project.items.length);
    },
  );
});
