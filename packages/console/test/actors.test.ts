/** The calls that start Actors, files of their source, statistics of their runs. */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { templateFiles, templates } from '../src/model/actor-templates.ts';
import { textOf } from '../src/model/api-call.ts';
import { chartSteps, knownMemoryOf, summaryOf } from '../src/model/run-statistics.ts';
import {
  base64Bytes,
  languageOf,
  nameProblem,
  nextVersion,
  type SourceFile,
  shownFiles,
  withContent,
  withFile,
  withoutFile,
} from '../src/model/source-files.ts';
import { startCall, startPath } from '../src/model/start-call.ts';

const input = { text: 'it\'s "$HOME"', list: [null, true] };

test('an example has exactly the input and the options, in each language', () => {
  const call = startCall({ actorId: 'me~a', input, options: { build: 'beta', memoryMbytes: 512, timeoutSecs: 0 } });
  expect(call.path).toBe('/v2/actors/me~a/runs?build=beta&memory=512&timeout=0');
  const texts = (['curl', 'javascript', 'python', 'wherry'] as const).map((language) =>
    textOf(call, language, 'http://h'),
  );
  expect(texts[1]).toContain(
    `actor("me~a").start(${JSON.stringify(input, undefined, 2)}, {"build":"beta","memory":512,"timeout":0})`,
  );
  expect(texts[2]).toContain('build="beta", memory_mbytes=512, timeout_secs=0');
  expect(texts[2]).toContain('[None, True]');
  const shell = texts[3]!.replace(/^wherry/, 'printf "%s\\n"');
  expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\n')).toEqual([
    ...['run', 'me~a', '--input', JSON.stringify(input), '--build', 'beta', '--memory', '512', '--timeout', '0', ''],
  ]);
});

test('`wherry run` is not shown for options that it does not have', () => {
  expect(startCall({ actorId: 'a', input, options: { maxItems: 1 } }).wherry).toBeUndefined();
  expect(startPath({ actorId: 'a/b', input, options: {}, forcePermissionLevel: 'FULL_PERMISSIONS' })).toBe(
    '/v2/actors/a%2Fb/runs?forcePermissionLevel=FULL_PERMISSIONS',
  );
});

test('statistics leave out what is not known', () => {
  const runs = [
    { status: 'SUCCEEDED', durationMs: 1000, memoryMaxBytes: 5, results: 2 },
    { status: 'FAILED', durationMs: 3000, memoryMaxBytes: null, results: 0 },
    { status: 'RUNNING', durationMs: null, memoryMaxBytes: 9, results: 1 },
  ];
  expect(summaryOf(runs)).toEqual({
    runs: 3,
    ended: 2,
    succeeded: 1,
    medianDurationMs: 2000,
    memoryMaxBytes: 9,
    results: 3,
  });
  expect(summaryOf([])).toMatchObject({ ended: 0, medianDurationMs: undefined, memoryMaxBytes: undefined });
});

test('memory that was never measured is not known, and is no 0', () => {
  const run = { status: 'SUCCEEDED', durationMs: 5, memoryMaxBytes: 0, results: 0 };
  expect(knownMemoryOf(run)).toBeNull();
  expect(summaryOf([run]).memoryMaxBytes).toBeUndefined();
});

test('lines of a chart are ascending and at round figures', () => {
  for (const steps of Object.values(chartSteps)) expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
  expect(chartSteps.bytes).toContain(64 * 1024 * 1024);
  expect(chartSteps.milliseconds).toEqual(expect.arrayContaining([5, 15_000, 60_000, 3_600_000]));
  expect(chartSteps.milliseconds).not.toContain(50_000);
});

test('files of a version', () => {
  const files: readonly SourceFile[] = [
    { name: 'z.bin', format: 'BASE64', content: 'aGk=' },
    { name: 'src', folder: true },
    { name: 'src/main.js', format: 'TEXT', content: 'x' },
    { name: '.actor/actor.json', content: '{}' },
  ];
  expect(shownFiles(files).map(({ name }) => name)).toEqual(['.actor/actor.json', 'src/main.js', 'z.bin']);
  expect(withContent(files, 'src/main.js', 'y')[2]).toEqual({ name: 'src/main.js', format: 'TEXT', content: 'y' });
  expect(withoutFile(files, 'z.bin')).toHaveLength(3);
  expect(withFile(files, 'new.py').at(-1)).toEqual({ name: 'new.py', format: 'TEXT', content: '' });
  expect(base64Bytes('aGk=')).toBe(2);
  expect(['a.json', 'a.mts', 'a.py', 'Dockerfile'].map(languageOf)).toEqual(['json', 'javascript', 'python', 'text']);
  expect(nameProblem('new.js', files)).toBeUndefined();
  for (const name of ['', ' ', '/a', 'a/../b', 'z.bin']) expect(nameProblem(name, files)).toBeTypeOf('string');
});

test.each([
  [[], '0.1'],
  [['0.1', '0.9', '0.10'], '0.11'],
  [['1.99'], '2.0'],
])('after the versions %j comes %s', (numbers, next) => expect(nextVersion(numbers)).toBe(next));

test.each(templates.map(({ id }) => id))('the files of the template %s are whole', (id) => {
  const files = templateFiles(id, 'my-actor');
  for (const { name, content } of files) {
    if (name.endsWith('.json')) expect(JSON.parse(content!)).toBeTypeOf('object');
  }
  expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
  if (id !== 'empty')
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['Dockerfile', '.actor/actor.json']));
});

test('the JavaScript program reads the pages that it can, and stores why it could not read the others', async () => {
  const site = createServer((_, response) => response.end('<title>A page</title>')).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-template-'));
  onTestFinished(async () => {
    site.close();
    await rm(folder, { recursive: true, force: true });
  });
  const page = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  const files = Object.fromEntries(templateFiles('javascript', 'a').map(({ name, content }) => [name, content!]));
  const input = { startUrls: [{ url: 'http://127.0.0.1:1/' }, { url: page }] };
  files['storage/key_value_stores/default/INPUT.json'] = JSON.stringify(input);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  await promisify(execFile)(process.execPath, ['src/main.js'], { cwd: folder });
  const items = path.join(folder, 'storage/datasets/default');
  const stored = async (name: string) => JSON.parse(await readFile(path.join(items, name), 'utf8')) as unknown;
  expect((await readdir(items)).filter((name) => /^\d/.test(name))).toHaveLength(2);
  expect(await stored('000000001.json')).toEqual({ url: 'http://127.0.0.1:1/', error: expect.any(String) });
  expect(await stored('000000002.json')).toEqual({ url: page, title: 'A page' });
});
