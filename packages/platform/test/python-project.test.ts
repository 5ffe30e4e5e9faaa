/** How an Actor in Python is recognised, and what is read from its files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findDockerfile } from '../src/builds/steps/dockerfile.ts';
import { imagePlanOf } from '../src/builds/steps/image-plan.ts';
import { allows } from '../src/builds/steps/python/python-interpreter.ts';
import { findPythonProject } from '../src/builds/steps/python/python-project.ts';

async function projectOf(files: Record<string, string>, dockerfile?: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const file = await findDockerfile(folder, dockerfile);
  const context = { folder, contextFolder: folder, args: {} };
  const plan = file === undefined ? undefined : imagePlanOf(await readFile(file, 'utf8'), context);
  return findPythonProject(folder, plan);
}

const requirements = { 'requirements.txt': 'apify>=3\n' };
const mainFile = { 'main.py': '' };

test.each([
  ['FROM apify/actor-python:3.14'],
  ['FROM docker.io/apify/actor-python-playwright:3.14-1.60.0'],
  ['FROM apify/actor-python-playwright-chrome:3.13'],
  ['FROM python:3.12-slim'],
  ['ARG VERSION=3.12\nFROM python:$VERSION-slim'],
  ['FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim'],
  ['FROM node:24 AS assets\nRUN npm install\nFROM python:3.12\nCOPY --from=assets /x /x'],
  ['FROM apify/actor-python AS base\nFROM base AS app'],
  ['FROM debian:trixie\nCMD ["python3", "-m", "src"]'],
  ['FROM my/base\nENTRYPOINT ["uv", "run"]\nCMD ["python", "-m", "my_actor"]'],
])('a Dockerfile that begins "%s" is of a Python Actor, also beside a package.json', async (text) => {
  expect(
    await projectOf({ ...requirements, ...mainFile, Dockerfile: `${text}\n`, 'package.json': '{}' }),
  ).toBeDefined();
});

test('Actors for Node are none, whatever files of Python they have', async () => {
  const python = { ...requirements, 'pyproject.toml': '' };
  expect(await projectOf({ ...python, Dockerfile: 'FROM apify/actor-node:24\nCMD npm start\n' })).toBeUndefined();
  expect(await projectOf({ ...python, Dockerfile: 'FROM node:24\nCMD ["python3", "x.py"]\n' })).toBeUndefined();
  expect(await projectOf({ ...python, 'package.json': '{}' })).toBeUndefined();
  expect(await projectOf({ 'main.js': '' })).toBeUndefined();
  expect(await projectOf({ ...requirements, ...mainFile })).toMatchObject({ command: ['python', 'main.py'] });
});

test('the version is that of the image, else that of .python-version', async () => {
  const versionOf = async (files: Record<string, string>) =>
    (await projectOf({ ...requirements, ...mainFile, ...files }))?.version;
  expect(await versionOf({ Dockerfile: 'FROM apify/actor-python-selenium:3.14' })).toMatchObject({ minor: '3.14' });
  expect(await versionOf({ Dockerfile: 'FROM ghcr.io/astral-sh/uv:0.9-python3.13-alpine' })).toMatchObject({
    minor: '3.13',
  });
  expect(await versionOf({ Dockerfile: 'FROM python', '.python-version': '3.12.4\n' })).toEqual({
    minor: '3.12',
    namedBy: '.python-version',
  });
  expect(await versionOf({ Dockerfile: 'FROM apify/actor-python' })).toBeUndefined();
});

test.each<[string, string | string[]]>([
  ['CMD ["python3", "-m", "my_actor"]', ['python', '-m', 'my_actor']],
  ['CMD python3.14 -m my_actor', ['python', '-m', 'my_actor']],
  ['CMD ["uv", "run", "--no-sync", "python", "-m", "my_actor"]', ['python', '-m', 'my_actor']],
  ['CMD poetry run python -m my_actor', ['python', '-m', 'my_actor']],
  ['CMD ./start_xvfb_and_run_cmd.sh && python3 -m src', ['python', '-m', 'src']],
  ['ENTRYPOINT ["./start_xvfb_and_run_cmd.sh"]\nCMD ["python3", "-m", "src"]', ['python', '-m', 'src']],
  ['CMD xvfb-run -a -s "-ac -screen 0" python main.py', ['python', 'main.py']],
  ['CMD ["my-actor", "--fast"]', ['my-actor', '--fast']],
  ['CMD ["python", "-c", "print(1)"]', ['python', '-c', 'print(1)']],
  ['CMD echo ready && python -m src', 'echo ready && python -m src'],
  ['CMD ["scrapy", "crawl", "title"]', ['scrapy', 'crawl', 'title']],
  ['COPY . ./', ['python', '-m', 'src']],
])('%s starts as it would in the image', async (instruction, command) => {
  const Dockerfile = `FROM apify/actor-python:3.14\n${instruction}\n`;
  expect((await projectOf({ ...requirements, Dockerfile }))?.command).toEqual(command);
});

const pyproject = (text: string) => ({ 'pyproject.toml': text });
const from = 'FROM python:3.12\n';

test.each<[string, Record<string, string>, object]>([
  [
    'what RUN gives to pip',
    {
      ...requirements,
      Dockerfile: `${from}RUN pip install -U pip && pip install --no-cache-dir -r requirements.txt "apify>=3" \\\n && pip freeze`,
    },
    { packages: { kind: 'pip', args: ['-r', 'requirements.txt', 'apify>=3'], files: ['requirements.txt'] } },
  ],
  [
    'requirements that include others',
    {
      'requirements/base.txt': '-c limits.txt\nhttpx\n',
      'requirements/limits.txt': 'httpx<1\n',
      Dockerfile: `${from}RUN uv pip install --system -r requirements/base.txt`,
    },
    { packages: { files: ['requirements/base.txt', 'requirements/limits.txt'] }, installsOwnFiles: false },
  ],
  [
    'a requirement that is an own folder',
    { 'requirements.txt': '-e ./lib\nhttpx  # see below\n', Dockerfile: `${from}RUN pip install -r requirements.txt` },
    { installsOwnFiles: true },
  ],
  [
    'an own wheel',
    { 'requirements.txt': 'vendor/tools-1.0-py3-none-any.whl\n', Dockerfile: from },
    { installsOwnFiles: true },
  ],
  [
    'uv.lock',
    {
      ...pyproject('[project]\nname = "a"\nrequires-python = ">=3.11"\n'),
      'uv.lock': '',
      Dockerfile: `${from}RUN uv sync --locked`,
    },
    { packages: { kind: 'uv', files: ['pyproject.toml', 'uv.lock'] }, installsOwnFiles: false, requires: '>=3.11' },
  ],
  [
    'uv.lock of a package',
    { ...pyproject('[project]\nname = "a"\n[build-system]\nrequires = []\n'), 'uv.lock': '', Dockerfile: from },
    { packages: { kind: 'uv' }, installsOwnFiles: true },
  ],
  [
    'poetry',
    {
      ...pyproject('[tool.poetry]\n[tool.poetry.dependencies]\npython = "^3.10"\n'),
      'poetry.lock': '',
      Dockerfile: `${from}RUN pip install poetry && poetry install --no-root`,
    },
    {
      packages: { kind: 'poetry', files: ['pyproject.toml', 'poetry.lock'] },
      installsOwnFiles: false,
      requires: '^3.10',
    },
  ],
  [
    'pyproject.toml alone',
    { ...pyproject('[project]\nname = "a"\ndependencies = ["apify", "httpx>=0.2"]\n'), Dockerfile: from },
    { packages: { kind: 'pip', args: ['apify', 'httpx>=0.2'], files: [] }, installsOwnFiles: false },
  ],
  ['nothing', { Dockerfile: from }, { packages: { kind: 'none' }, ofImage: [] }],
  [
    'nothing, in an image that has packages',
    { Dockerfile: 'FROM apify/actor-python-playwright:3.14' },
    { packages: { kind: 'none' }, ofImage: ['apify', 'playwright'] },
  ],
])('packages: %s', async (_title, files, expected) => {
  expect(await projectOf({ ...files, 'src/__main__.py': '' })).toMatchObject(expected);
});

test('what cannot be read is a build failure that says what to change', async () => {
  const Dockerfile = `${from}RUN pip install -r missing.txt`;
  await expect(projectOf({ Dockerfile })).rejects.toThrow('"missing.txt", which is not there');
  await expect(projectOf({ Dockerfile: `${from}RUN pip install -r ../x.txt` })).rejects.toThrow('outside of the Actor');
  await expect(projectOf({ ...pyproject('[project\n'), Dockerfile: from })).rejects.toThrow('not valid TOML');
  await expect(projectOf({ ...requirements, Dockerfile: from })).rejects.toThrow('nothing to start');
});

test.each<[string, number[]]>([
  ['>=3.11', [11, 12, 13]],
  ['>= 3.10, < 3.13', [10, 11, 12]],
  ['^3.11', [11, 12, 13]],
  ['~=3.11.2', [11]],
  ['~=3.11', [11, 12, 13]],
  ['==3.12.*', [12]],
  ['>3.11,!=3.12', [13]],
  ['>=3.14', []],
])('%s allows the right versions', (specifier, minors) => {
  expect([10, 11, 12, 13].filter((minor) => allows(specifier, minor))).toEqual(minors);
});
