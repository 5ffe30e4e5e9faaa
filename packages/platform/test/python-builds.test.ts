/** Builds of Python Actors on the process engine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deployFiles } from '../../../test/support/deploy.ts';
import { uvProgram, whyNoPythonTests } from '../../../test/support/python.ts';
import { type Fixture, startFixture } from './fixture.ts';

/** Says how it was started. */
const main = `
import os
import sys

import idna

print('idna', idna.__version__)
print('unbuffered', os.environ['PYTHONUNBUFFERED'])
print('environment', sys.prefix != sys.base_prefix, os.path.basename(os.environ['VIRTUAL_ENV']))
print('arguments', sys.argv[1:])
`;

const dockerfile = (lines: string, image = 'python:3.11-slim') => `FROM ${image}\n${lines}\n`;
const requirements = { 'requirements.txt': 'idna == 3.10\n' };
const installing = 'RUN pip install -r requirements.txt';

/** The index that Poetry reads is served by this process. */
const run = promisify(execFile);

/** Writes a wheel without dependencies, whose module says its name. */
const wheelScript = `
import sys, zipfile
name, file = sys.argv[1:]
info = f'{name}-1.0.dist-info'
with zipfile.ZipFile(file, 'w') as wheel:
    wheel.writestr(f'{name}.py', f'print("{name} is here")')
    wheel.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')
    wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(f'{info}/RECORD', '')
`;

/** An index of packages as pip and Poetry read it, with a wheel of each name. */
async function startIndex(names: readonly string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const wheelOf = (name: string) => `${name}-1.0-py3-none-any.whl`;
  for (const name of names) {
    await run('python3', ['-c', wheelScript, name, path.join(folder, wheelOf(name))]);
  }
  const server = createServer(async (request, response) => {
    const [, name = ''] = /^\/simple\/(\w+)\/?$/.exec(request.url ?? '') ?? [];
    const file = names.map(wheelOf).find((each) => request.url === `/files/${each}`);
    if (file !== undefined) return response.end(await readFile(path.join(folder, file)));
    if (!names.includes(name)) return response.writeHead(404).end();
    response.setHeader('content-type', 'text/html').end(`<a href="/files/${wheelOf(name)}">${wheelOf(name)}</a>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the lock file of a project with Poetry, which is installed once, in `.tmp`. */
async function lockWithPoetry(pyproject: string): Promise<string> {
  const tools = fileURLToPath(new URL('../../../.tmp/poetry-tools', import.meta.url));
  const poetry = path.join(tools, 'bin', 'poetry');
  if (!existsSync(poetry)) {
    await run(uvProgram, ['venv', '--quiet', '--clear', '--no-project', tools]);
    await run(uvProgram, ['pip', 'install', '--quiet', '--python', path.join(tools, 'bin', 'python'), 'poetry']);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  try {
    await writeFile(path.join(folder, 'pyproject.toml'), pyproject);
    const env = { ...process.env, POETRY_VIRTUALENVS_CREATE: 'false' };
    await run(poetry, ['lock', '--no-interaction'], { cwd: folder, env });
    return await readFile(path.join(folder, 'poetry.lock'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(whyNoPythonTests !== undefined)('builds', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  let count = 0;
  const deploy = (files: Record<string, string>) => deployFiles(fixture.client, `actor-${count++}`, files);

  async function logOfRun(files: Record<string, string>): Promise<string> {
    const { actorId } = await deploy(files);
    const run = await fixture.client.actor(actorId).call();
    const log = (await fixture.client.log(run.id).get()) ?? '';
    expect(run.status, log).toBe('SUCCEEDED');
    return log;
  }

  test('a Python Actor runs in a virtual environment with its packages, as its image would start it', async () => {
    const Dockerfile = dockerfile(`${installing}\nCMD ["python3", "main.py", "one", "$TWO"]`);
    const log = await logOfRun({ ...requirements, Dockerfile, 'main.py': main });
    for (const line of ['idna 3.10', 'unbuffered 1', 'environment True .venv', "arguments ['one', '$TWO']"]) {
      expect(log).toContain(line);
    }
  });

  test('what ENV sets in the Dockerfile reaches the program', async () => {
    const Dockerfile = dockerfile(`ENV COLOUR=red PYTHONUNBUFFERED=2\n${installing}\nCMD ["python3", "main.py"]`);
    const log = await logOfRun({
      ...requirements,
      Dockerfile,
      'main.py': `import os\nprint('colour', os.environ['COLOUR'], os.environ['PYTHONUNBUFFERED'])\n`,
    });
    expect(log).toContain('colour red 2');
  });

  test('a command line of a shell, and a program that a package has, run in it too', async () => {
    const Dockerfile = dockerfile(`RUN pip install idna==3.10\nCMD echo ready && python main.py`);
    expect(await logOfRun({ Dockerfile, 'main.py': main })).toMatch(/ready[\s\S]*idna 3\.10/);
    const tool = dockerfile('RUN pip install pytest==8.4.2\nCMD ["pytest", "--version"]');
    expect(await logOfRun({ Dockerfile: tool })).toContain('pytest 8.4.2');
  });

  test('builds with the same packages share one layer, and one with a change has its own', async () => {
    const files = { Dockerfile: dockerfile(`${installing}\nCMD python main.py`), 'main.py': main };
    const shared = { 'requirements.txt': 'idna == 3.10\n# shared\n' };
    expect((await deploy({ ...files, ...shared })).log).not.toContain('nothing to install');
    expect((await deploy({ ...files, ...shared, 'main.py': `${main}\n` })).log).toContain('nothing to install');
    const changed = await deploy({ ...files, 'requirements.txt': 'idna == 3.9\n' });
    expect(changed.log).not.toContain('nothing to install');
  });

  test('an own folder among the requirements is installed for that build', async () => {
    const own = {
      'lib/pyproject.toml':
        '[project]\nname = "mine"\nversion = "1"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npy-modules = ["mine"]\n',
      'lib/mine.py': 'print("mine is here")\n',
      'requirements.txt': '-e ./lib\n',
      'main.py': 'import mine\n',
      Dockerfile: dockerfile(`${installing}\nCMD python main.py`),
    };
    expect(await logOfRun(own)).toContain('mine is here');
  });

  test('where the version that the Dockerfile names is missing, the nearest is used and the log says so', async () => {
    const Dockerfile = dockerfile('CMD python main.py', 'python:3.99-slim');
    const { log } = await deploy({ Dockerfile, 'main.py': 'print(1)\n' });
    expect(log).toMatch(/Python: the Dockerfile names 3\.99, which this machine does not have; 3\.\d+\.\d+ is used\./);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'no allowed interpreter',
      {
        'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.99"\n',
        Dockerfile: dockerfile('CMD python x.py'),
      },
      'requires Python >=3.99, and this machine has only',
    ],
    [
      'a package that does not exist',
      { 'requirements.txt': 'idna == 999\n', Dockerfile: dockerfile(`${installing}\nCMD python x.py`) },
      'ended with exit code',
    ],
  ])('%s fails the build with what to change', async (_title, files, message) => {
    await expect(deploy(files)).rejects.toThrow(message);
  });

  const poetryProject = (url: string) => `
[tool.poetry]
name = "my-actor"
version = "0.1.0"
package-mode = false

[[tool.poetry.source]]
name = "own"
url = "${url}"
priority = "primary"

[tool.poetry.dependencies]
python = ">=3.11"
needed = "1.0"

[tool.poetry.group.dev.dependencies]
unneeded = "1.0"
`;

  test('poetry.lock is installed by Poetry, which the build brings where this machine has none', async () => {
    await using index = await startIndex(['needed', 'unneeded']);
    // Poetry keeps what it knows of an index by its name.
    const cache = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
    process.env.POETRY_CACHE_DIR = cache;
    onTestFinished(async () => {
      delete process.env.POETRY_CACHE_DIR;
      await rm(cache, { recursive: true, force: true });
    });
    const pyproject = poetryProject(index.url);
    const files = {
      'pyproject.toml': pyproject,
      'poetry.lock': await lockWithPoetry(pyproject),
      'my_actor/__main__.py': `import importlib.util\nimport needed\nprint('dev', importlib.util.find_spec('unneeded'))\n`,
      Dockerfile: dockerfile(
        'RUN pip install poetry && poetry install --no-root --only main\nCOPY . ./\nCMD ["poetry", "run", "python", "-m", "my_actor"]',
      ),
    };
    const { actorId, log } = await deploy(files);
    expect(log).toContain('this machine has no poetry, so it is installed for this build');
    const run = await fixture.client.actor(actorId).call();
    expect(run.status).toBe('SUCCEEDED');
    const output = (await fixture.client.log(run.id).get()) ?? '';
    expect(output).toContain('needed is here');
    expect(output).toContain('dev None');
    expect((await deploy(files)).log).toContain('nothing to install');
  });

  test('without uv, pip installs what uv would', async () => {
    const before = process.env.PATH;
    process.env.PATH = before!.split(path.delimiter).slice(1).join(path.delimiter);
    try {
      await using own = await startFixture();
      const files = { Dockerfile: dockerfile('RUN pip install pytest==8.4.2\nCMD ["pytest", "--version"]') };
      const { actorId, log } = await deployFiles(own.client, 'with-pip', files);
      expect(log).toContain('pip install pytest==8.4.2');
      const run = await own.client.actor(actorId).call();
      expect((await own.client.log(run.id).get()) ?? '').toContain('pytest 8.4.2');
    } finally {
      process.env.PATH = before;
    }
  });
});
