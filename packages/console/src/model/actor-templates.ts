/** The files of new Actors. They read an input, save their state when they are moved, and push one item for each page. Pure. */
import type { SourceFile } from './source-files.ts';

export const templates = [
  { id: 'javascript', title: 'JavaScript', about: "on Node.js with Apify's SDK", program: 'src/main.js' },
  { id: 'python', title: 'Python', about: "with Apify's SDK", program: 'src/main.py' },
  { id: 'empty', title: 'No files', about: 'to push them from your machine', program: undefined },
] as const;

export type TemplateId = (typeof templates)[number]['id'];

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
const file = (name: string, content: string): SourceFile => ({ name, format: 'TEXT', content });

export function templateFiles(template: TemplateId, name: string): readonly SourceFile[] {
  if (template === 'empty') return [];
  return [...sharedFiles(name), ...(template === 'python' ? pythonFiles : javascriptFiles(name))];
}

const sharedFiles = (name: string): readonly SourceFile[] => [
  file(
    '.actor/actor.json',
    json({
      actorSpecification: 1,
      name,
      version: '0.1',
      buildTag: 'latest',
      input: './input_schema.json',
      dockerfile: '../Dockerfile',
    }),
  ),
  file('.actor/input_schema.json', json(inputSchema)),
  file('README.md', `# ${name}\n\nGives the title of each page in \`startUrls\`.\n`),
];

const inputSchema = {
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties: {
    startUrls: {
      title: 'Start URLs',
      type: 'array',
      description: 'The pages whose titles are wanted.',
      editor: 'requestListSources',
      prefill: [{ url: 'https://example.com/' }],
    },
  },
  required: ['startUrls'],
};

const javascriptFiles = (name: string): readonly SourceFile[] => [
  file(
    'package.json',
    json({
      name,
      version: '0.1.0',
      type: 'module',
      scripts: { start: 'node src/main.js' },
      dependencies: { apify: '^3.7.2' },
    }),
  ),
  file(
    'Dockerfile',
    `FROM apify/actor-node:24
COPY --chown=myuser:myuser package*.json ./
RUN npm install --omit=dev
COPY --chown=myuser:myuser . ./
CMD ["npm", "start", "--silent"]
`,
  ),
  file(
    'src/main.js',
    `import { Actor, log } from 'apify';

await Actor.init();
const { startUrls = [] } = (await Actor.getInput()) ?? {};

// How far a former attempt came: the run may be moved to another server at any time.
const state = await Actor.useState('PROGRESS', { done: 0 });

for (const { url } of startUrls.slice(state.done)) {
  try {
    const html = await (await fetch(url)).text();
    const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? null;
    await Actor.pushData({ url, title });
    log.info(\`\${url}: \${title}\`);
  } catch (error) {
    // A page that cannot be read does not end the run: the others are read.
    const reason = String(error.cause ?? error);
    await Actor.pushData({ url, error: reason });
    log.warning(\`\${url}: \${reason}\`);
  }
  state.done += 1;
}

await Actor.exit(\`Read \${state.done} pages.\`);
`,
  ),
];

const pythonFiles: readonly SourceFile[] = [
  file('requirements.txt', 'apify >= 4.1, < 5\nhttpx >= 0.28, < 1\n'),
  file(
    'Dockerfile',
    `FROM apify/actor-python:3.13
COPY --chown=myuser:myuser requirements.txt ./
RUN pip install -r requirements.txt
COPY --chown=myuser:myuser . ./
CMD ["python", "-m", "src"]
`,
  ),
  file('src/__init__.py', ''),
  file(
    'src/__main__.py',
    `import asyncio

from .main import main

asyncio.run(main())
`,
  ),
  file(
    'src/main.py',
    `import re

import httpx
from apify import Actor


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input() or {}
        sources = actor_input.get('startUrls', [])
        # How far a former attempt came: the run may be moved to another server at any time.
        done = await Actor.get_value('PROGRESS') or 0
        async with httpx.AsyncClient(follow_redirects=True) as client:
            for source in sources[done:]:
                url = source['url']
                try:
                    html = (await client.get(url)).text
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    # A page that cannot be read does not end the run: the others are read.
                    await Actor.push_data({'url': url, 'error': repr(error)})
                    Actor.log.warning(f'{url}: {error!r}')
                else:
                    title = re.search(r'<title[^>]*>([^<]*)', html, re.IGNORECASE)
                    await Actor.push_data({'url': url, 'title': title.group(1) if title else None})
                done += 1
                await Actor.set_value('PROGRESS', done)
        await Actor.set_status_message(f'Read {done} pages.', is_terminal=True)
`,
  ),
];
