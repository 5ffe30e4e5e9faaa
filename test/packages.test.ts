/** The packages as they are published, installed outside of the clone: nothing of it is needed to use them. */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ApifyClient } from 'apify-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { packPackage } from '../packages/cli/src/actor/packed-package.ts';

const root = path.resolve(import.meta.dirname, '..');
const limitMs = 600_000;

/** As in a shell of somebody who has this Node and nothing of the workspace. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:WHERRY|APIFY|ACTOR)_/.test(name)),
);
environment.PATH = [
  path.dirname(process.execPath),
  ...process.env.PATH!.split(path.delimiter).filter((folder) => !folder.startsWith(root)),
].join(path.delimiter);

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function call(file: string, args: readonly string[], cwd: string): Promise<Outcome> {
  // What hangs, such as an npm whose registry is silent, must not outlive the test.
  const options = { cwd, env: environment, timeout: limitMs / 2, killSignal: 'SIGKILL' } as const;
  try {
    return { exitCode: 0, ...(await promisify(execFile)(file, args, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, stdout, stderr };
  }
}

async function packed(name: string): Promise<string> {
  const { fileName, bytes } = await packPackage(path.join(root, 'packages', name), new Map());
  const file = path.join(folder, fileName);
  await writeFile(file, bytes);
  return file;
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await call('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], cwd);
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr}`);
}

let folder: string;
/** The program that npm put into the path. */
let wherry: string;
/** Where the package is installed. */
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wherry-packages-'));
  const prefix = path.join(folder, 'prefix');
  // Without scripts: no package that it brings needs its own to have run.
  await npm(
    folder,
    'install',
    '--global',
    '--ignore-scripts',
    '--prefer-offline',
    '--prefix',
    prefix,
    await packed('cli'),
  );
  wherry = path.join(prefix, 'bin', 'wherry');
  installed = path.join(prefix, 'lib', 'node_modules', 'wherry');
}, limitMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function emptyFolder(name: string): Promise<string> {
  const made = path.join(folder, name);
  await mkdir(made);
  return made;
}

/** Starts the installed platform in a folder, and ends it with the test. */
async function startPlatform(
  cwd: string,
): Promise<{ url: string; token: string; interrupt(): Promise<number | null> }> {
  const up = spawn(wherry, ['up', '--port', '0', '--json'], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => up.once('close', resolve));
  onTestFinished(async () => {
    up.kill('SIGKILL');
    await ended;
  });
  let errors = '';
  up.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  for await (const line of createInterface({ input: up.stdout })) {
    queueMicrotask(() => up.stdout.resume());
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    return {
      url,
      token,
      interrupt: () => {
        up.kill('SIGINT');
        return ended;
      },
    };
  }
  throw new Error(`\`wherry up\` ended before its API was there: ${errors}`);
}

const tinyActor = {
  'package.json': '{ "name": "tiny", "version": "0.1.0", "type": "module", "scripts": { "start": "node main.js" } }',
  // The check of an input schema has a thread of its own, which the package must hold too.
  '.actor/actor.json': '{ "actorSpecification": 1, "name": "tiny", "version": "0.1", "input": "./input.json" }',
  '.actor/input.json': `{ "title": "Tiny", "type": "object", "schemaVersion": 1, "properties": {
    "word": { "title": "Word", "type": "string", "description": "Comes back", "editor": "textfield" } } }`,
  'main.js': `
    const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ...env } = process.env;
    const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
    const record = '/v2/key-value-stores/' + env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID + '/records/INPUT';
    const { word } = await (await fetch(url + record, { headers })).json();
    const items = '/v2/datasets/' + env.ACTOR_DEFAULT_DATASET_ID + '/items';
    const { ok } = await fetch(url + items, { method: 'POST', headers, body: JSON.stringify({ word }) });
    if (!ok) throw new Error('not pushed');
  `,
};

test('an installed wherry starts a platform in an empty folder and runs an Actor there', {
  timeout: limitMs,
}, async () => {
  const cwd = await emptyFolder('platform');
  const { version } = JSON.parse(await readFile(path.join(root, 'packages/cli/package.json'), 'utf8'));
  expect(await call(wherry, ['--version'], cwd)).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });

  const { url, token, interrupt } = await startPlatform(cwd);
  expect(await readdir(cwd)).toEqual(['data']);
  const page = await fetch(`${url}/console/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const [, program = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
  expect((await fetch(url + program, { headers: { 'accept-encoding': 'br' } })).headers.get('content-encoding')).toBe(
    'br',
  );
  const actor = await emptyFolder('tiny');
  await mkdir(path.join(actor, '.actor'));
  for (const [name, text] of Object.entries(tinyActor)) await writeFile(path.join(actor, name), text);
  const args = ['run', '.', '--input', '{"word":"hello"}', '--json', '--url', url, '--token', token];
  const run = await call(wherry, args, actor);
  expect(run.exitCode, run.stderr).toBe(0);
  const { defaultDatasetId } = JSON.parse(run.stdout) as { defaultDatasetId: string };
  const { items } = await new ApifyClient({ baseUrl: url, token }).dataset(defaultDatasetId).listItems();
  expect(items).toEqual([{ word: 'hello' }]);
  expect(await interrupt()).toBe(0);
});

test('an installed wherry proves an Actor in its folder', { timeout: limitMs }, async () => {
  const actor = await emptyFolder('price-list');
  await cp(path.join(root, 'docs/examples/price-list'), actor, { recursive: true });
  const { exitCode, stdout, stderr } = await call(wherry, ['prove', '.', '--replay', 'kill@push#5:after'], actor);
  expect(exitCode, stderr).toBe(1);
  expect(stdout).toContain('UNSAFE: price-list');
});

test('the Actors of the demos bring the packages that no registry has', async () => {
  const actors = path.join(installed, 'actors');
  for (const name of ['site-crawler', 'site-crawler-durable', 'tiktok-profile-scraper']) {
    const { dependencies } = JSON.parse(await readFile(path.join(actors, name, 'package.json'), 'utf8'));
    const own = Object.entries<string>(dependencies).filter(([dependency]) => dependency.startsWith('@wherry/'));
    const vendored = await readdir(path.join(actors, name, 'vendor')).catch(() => []);
    expect(own.map(([, range]) => range).toSorted()).toEqual(vendored.map((file) => `file:vendor/${file}`).toSorted());
  }
});

/** The lines marked as errors must be errors: they would not be if a type came out as `any`. */
const consumer = `
import { durableSet, openState, type State } from '@wherry/durable';
import { CheerioCrawler, durableCrawler } from '@wherry/durable/crawlee';
import { parseTarget } from '@wherry/tiktok';

export async function commit(): Promise<number> {
  const state = await openState({ key: 'CRAWL', initial: () => ({ cursor: 0, seen: durableSet<string>() }) });
  await state.commit((draft, tx) => {
    draft.cursor += 1;
    draft.seen.add('page');
    tx.pushData({ page: 1 });
    // @ts-expect-error
    draft.cursor = 'one';
  });
  // @ts-expect-error
  const wrong: State<{ cursor: string }> = state;
  return state.value.cursor + Number(wrong === undefined);
}
// @ts-expect-error
export const misuse = () => parseTarget(1, 2, 3, 4, 5);
console.log([commit, CheerioCrawler, durableCrawler, parseTarget, durableSet].map((each) => typeof each).join());
`;

test('the published libraries are imported by TypeScript and by Node', { timeout: limitMs }, async () => {
  const cwd = await emptyFolder('consumer');
  await writeFile(path.join(cwd, 'package.json'), '{ "private": true, "type": "module" }');
  const archives = [await packed('durable'), await packed('tiktok')];
  await npm(cwd, 'install', '--offline', '--omit=peer', ...archives);
  const modules = path.join(root, 'node_modules');
  await mkdir(path.join(cwd, 'node_modules', '@types'));
  for (const name of ['crawlee', 'apify', '@types/node']) {
    await symlink(path.join(modules, name), path.join(cwd, 'node_modules', name), 'dir');
  }
  await writeFile(path.join(cwd, 'consumer.ts'), consumer);
  const options = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const tsc = path.join(modules, '.bin', 'tsc');
  const checked = await call(tsc, [...options, '--strict', '--skipLibCheck', 'consumer.ts'], cwd);
  expect(checked).toMatchObject({ exitCode: 0, stdout: '' });
  const ran = await call(process.execPath, ['consumer.js'], cwd);
  expect(ran, ran.stderr).toMatchObject({ exitCode: 0, stdout: 'function,function,function,function,function\n' });
});
