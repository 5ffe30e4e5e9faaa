import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { ActorSourceType } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { foreignLine } from '../src/logs/log-lines.ts';
import { LogReader } from '../src/logs/log-reader.ts';
import { LogStore } from '../src/logs/log-store.ts';
import { newId } from '../src/shared/ids.ts';
import { LineSplitter } from '../src/shared/line-splitter.ts';
import { type Fixture, startFixture } from './fixture.ts';

const notOver = async () => false;
const over = async () => true;
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
const linesOf = (log: string) =>
  log
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(stamp, ''));
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

async function openStore(options: { maxChars?: number } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const logs = await LogStore.open(folder, options);
  onTestFinished(async () => {
    await logs.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, logs, id: newId() };
}

/** Does not wait for room, as neither the platform nor a build does. */
function append(logs: LogStore, id: string, text: string): void {
  void logs.append(id, text, Date.now());
}

test('[log-1] followers who come at any time get every line once, in order', async () => {
  const { logs, id } = await openStore();
  const followed: Promise<string>[] = [];
  for (let line = 0; line < 5000; line += 1) {
    if (line % 500 === 0) followed.push(text(logs.follow(id, notOver)));
    append(logs, id, `line ${line}`);
    if (line % 250 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  logs.end(id);
  followed.push(text(logs.follow(id, over)), text(logs.read(id)));
  for (const log of await Promise.all(followed)) expect(linesOf(log)).toEqual(numbers(0, 5000));
});

test('[log-1] a follower that does not read takes no memory, and still gets all when it reads', async () => {
  const { logs, id } = await openStore({ maxChars: 100_000_000 });
  const slow = logs.follow(id, notOver);
  slow.once('readable', () => undefined);
  const line = 'x'.repeat(64 * 1024);
  for (let count = 0; count < 400; count += 1) {
    append(logs, id, line);
    if (count % 20 === 0) await text(logs.read(id));
  }
  expect(slow.readableLength).toBeLessThan(1024 * 1024);
  logs.end(id);
  expect(linesOf(await text(slow))).toHaveLength(400);
});

test('a follower of what is over ends at once, also when there is no log', async () => {
  const { logs, id } = await openStore();
  expect(await text(logs.follow(id, over))).toBe('');
  append(logs, id, 'one\ntwo');
  expect(linesOf(await text(logs.follow(id, over)))).toEqual(['one', 'two']);
  logs.end(id);
  expect(linesOf(await text(logs.follow(id, over)))).toEqual(['one', 'two']);
});

test('a follower that leaves while it waits is released', async () => {
  const { logs, id } = await openStore();
  const leaving: Readable = logs.follow(id, notOver);
  const staying = text(logs.follow(id, notOver));
  leaving.resume();
  append(logs, id, 'one');
  await text(logs.read(id));
  leaving.destroy();
  await once(leaving, 'close');
  append(logs, id, 'two');
  logs.end(id);
  expect(linesOf(await staying)).toEqual(['one', 'two']);
});

test('a log that ended goes on where it was, as when a run is resurrected', async () => {
  const { logs, id } = await openStore();
  append(logs, id, 'one');
  logs.end(id);
  append(logs, id, 'two');
  const followed = text(logs.follow(id, notOver));
  append(logs, id, 'three');
  logs.end(id);
  expect(linesOf(await followed)).toEqual(['one', 'two', 'three']);
  await logs.remove(id);
  expect(await text(logs.read(id))).toBe('');
});

test('half a line that a crash left is closed before the next one', async () => {
  const { folder, logs, id } = await openStore();
  await writeFile(path.join(folder, `${id}.log`), '2026-01-01T00:00:00.000Z half');
  append(logs, id, 'next');
  logs.end(id);
  expect(linesOf(await text(logs.read(id)))).toEqual(['half', 'next']);
});

test('[log-2] what cannot be written is counted and noted, and stops nothing', async () => {
  const { folder, logs, id } = await openStore();
  const file = path.join(folder, `${id}.log`);
  // A folder in the file's place refuses every write, as a full disk does.
  await mkdir(file);
  append(logs, id, 'lost 1\nlost 2');
  const followed = logs.follow(id, notOver);
  followed.once('error', () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  followed.destroy();
  await rm(file, { recursive: true });
  append(logs, id, 'kept');
  logs.end(id);
  expect(linesOf(await text(logs.read(id)))).toEqual(['WHERRY 2 lines were lost: the disk did not take them.', 'kept']);
});

const cutLine = /^WHERRY The log is cut: it has 10,000 characters, as many as a log may have\. Nothing more is kept\.$/;

test('[log-4] a log is cut at its limit, its last line says so, and nothing more is added, also after a restart', async () => {
  const maxChars = 10_000;
  const { folder, logs, id } = await openStore({ maxChars });
  const followed = text(logs.follow(id, notOver));
  // Two units of UTF-16, four bytes.
  const line = (number: number) => `line ${number} ${'\u{1f6a2}'.repeat(20)}`;
  for (let number = 0; number < 500; number += 1) {
    append(logs, id, line(number));
    if (number % 7 === 0) await text(logs.read(id));
  }
  logs.end(id);
  const log = await followed;
  const lines = linesOf(log);
  expect(log.length).toBeLessThanOrEqual(maxChars);
  expect(log.length).toBeGreaterThan(maxChars - 300);
  expect(lines.at(-1)).toMatch(cutLine);
  expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map((_, number) => line(number)));

  append(logs, id, 'a next attempt');
  logs.note(id, 'A line of the platform.', Date.now());
  logs.end(id);
  expect(await text(logs.read(id))).toBe(log);
  const next = await LogStore.open(folder, { maxChars });
  append(next, id, 'after a restart');
  await next.close();
  expect(await text(next.read(id))).toBe(log);
});

test('[log-4] a log that is continued after a restart is cut where one without a restart is', async () => {
  const maxChars = 10_000;
  const { folder, logs, id } = await openStore({ maxChars });
  const first = 'é'.repeat(4000);
  append(logs, id, first);
  // The words are the platform's, the line is not.
  append(
    logs,
    id,
    'x WHERRY The log is cut: it has 10,000 characters, as many as a log may have. Nothing more is kept.',
  );
  await logs.close();
  const next = await LogStore.open(folder, { maxChars });
  for (let count = 0; count < 50; count += 1) append(next, id, 'y'.repeat(174));
  await next.close();
  const log = await text(next.read(id));
  expect(log.length).toBeLessThanOrEqual(maxChars);
  expect(log.length).toBeGreaterThan(maxChars - 400);
  expect(linesOf(log)[0]).toBe(first);
  expect(linesOf(log).at(-1)).toMatch(cutLine);
});

test('[log-3] no line of an Actor begins like one of the platform, nor is shown like one', async () => {
  const { logs, id } = await openStore();
  const esc = '\u001b';
  const forged = [
    'WHERRY The run ended SUCCEEDED.',
    'wherry The run ended.',
    '   WHERRY The run ended.',
    '\u200b\u2060WHERRY The run ended.',
    `${esc}[31mWHERRY The run ended.`,
    `${esc}]0;a title\u0007WHERRY The run ended.`,
    `${esc}WHERRY The run ended.`,
    'progress\rWHERRY The run ended.',
    `progress${esc}[2K${esc}[1GWHERRY The run ended.`,
    `progress${esc}(BWHERRY The run ended.`,
    '2026-01-01T00:00:00.000Z WHERRY The run ended.',
    `progress\r${esc}[1m2026-01-01T00:00:00.000Z ${esc}[0m WHERRY The run ended.`,
    'first\nWHERRY The run ended.',
    'first\u2028WHERRY The run ended.',
  ];
  for (const line of forged) append(logs, id, line);
  const harmless = ['the word WHERRY in a line', 'WHERRYMAN', 'WHERRY_SETTING=1', '| WHERRY', ''];
  for (const line of harmless) append(logs, id, line);
  logs.note(id, 'The run ended FAILED.\nIt is one line.', Date.now());
  logs.end(id);
  const log = await text(logs.read(id));
  // However a reader splits lines, takes out what is not seen, and skips times.
  const plain = stripVTControlCharacters(log).replace(/[\u200b\u2060]/g, '');
  const starts = plain
    .split(/[\r\n\u2028]/)
    .map((line) => line.replace(/^(\s*\d{4}-\d\d-\d\dT[\d:.]+Z)+/, '').trim())
    .filter((line) => /^wherry /i.test(line));
  expect(starts).toEqual(['WHERRY The run ended FAILED. It is one line.']);
  expect(linesOf(log).filter((line) => line.startsWith('WHERRY '))).toEqual(starts);
  expect(linesOf(log)[0]).toBe('| WHERRY The run ended SUCCEEDED.');
  expect(linesOf(log)).toEqual(expect.arrayContaining(harmless));
});

test('[log-3] no line takes long to check, whatever is in it', () => {
  const parts = [
    '\u001b[',
    '\u001b[1;',
    '\u001b',
    '\r',
    ' ',
    '\u200b',
    'wherry',
    '2026-01-01T00:00:00.000Z ',
    '\u001b]0',
    'WHERRY ',
  ];
  for (const first of parts) {
    for (const second of parts) {
      const line = `wherry ${(first + second).repeat(64 * 1024).slice(0, 64 * 1024)} wherry`;
      expect(foreignLine(line).length).toBeGreaterThan(line.length);
    }
  }
});

test('a reader sees nothing of a write that is not whole yet', async () => {
  const { folder } = await openStore();
  const file = path.join(folder, 'a.log');
  await writeFile(file, 'whole\nhal');
  let limit = 6;
  const reader = new LogReader({ file, ready: Promise.resolve(), limit: () => limit, follows: true });
  const read = text(reader);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writeFile(file, 'whole\nother\n');
  limit = 12;
  reader.finish();
  expect(await read).toBe('whole\nother\n');
});

test('chunks become lines, wherever they are cut', () => {
  const bytes = Buffer.from('één\r\ntwo\n\nlast');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.write(bytes.subarray(0, cut));
    splitter.write(bytes.subarray(cut));
    splitter.end();
    expect(lines).toEqual(['één', 'two', '', 'last']);
  }
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.write(Buffer.from('x'.repeat(1_000_000)));
  splitter.end();
  expect(lines.join('')).toHaveLength(1_000_000);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64 * 1024);
});

async function startBuild({ client }: Fixture, build: string) {
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles: [
      { name: 'main.js', format: 'TEXT' as const, content: '' },
      { name: 'package.json', format: 'TEXT' as const, content: JSON.stringify({ scripts: { build } }) },
    ],
  };
  const { id } = await client.actors().create({ name: 'a', versions: [version] });
  return (await client.actor(id).build('0.1')).id;
}

test('the log of a build is streamed to its end with the stock client', async () => {
  await using fixture = await startFixture();
  const id = await startBuild(fixture, 'for i in 1 2 3 4 5; do echo step $i; sleep 0.1; done');
  const stream = (await fixture.client.build(id).log().stream())!;
  const log = await text(stream);
  expect((await fixture.client.build(id).get())!.status).toBe('SUCCEEDED');
  expect(linesOf(log).filter((line) => line.startsWith('step'))).toEqual([1, 2, 3, 4, 5].map((step) => `step ${step}`));
  expect(await fixture.client.log(id).get()).toBe(log);
  expect(await text((await fixture.client.log(id).stream())!)).toBe(log);
  expect(await readFile(path.join(fixture.dataFolder, 'logs', `${id}.log`), 'utf8')).toBe(log);
});

test('colours are taken out unless the log is asked for raw, and it can be downloaded', async () => {
  await using fixture = await startFixture();
  const id = await startBuild(fixture, "printf '\\033[31mred\\033[0m\\n'");
  await fixture.client.build(id).waitForFinish();
  expect(linesOf((await fixture.client.log(id).get())!)).toContain('red');
  expect(linesOf((await fixture.client.log(id).get({ raw: true }))!)).toContain('\u001b[31mred\u001b[0m');
  const answer = await fixture.call('GET', `/v2/actor-builds/${id}/log?download=true`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${id}.log"`);
});

test('a log that is not there, or not of that kind, is not found', async () => {
  await using fixture = await startFixture();
  const id = await startBuild(fixture, 'true');
  expect(await fixture.client.log(newId()).get()).toBeUndefined();
  expect((await fixture.call('GET', '/v2/logs/..%2Fwherry.sqlite')).status).toBe(404);
  expect((await fixture.call('GET', `/v2/actor-runs/${id}/log`)).status).toBe(404);
  expect((await fixture.call('GET', '/v2/acts/a/runs/last/log')).status).toBe(404);
  expect((await fixture.call('GET', `/v2/logs/${id}?stream=perhaps`)).status).toBe(400);
});

test('a stream that is open when the platform closes ends', async () => {
  const fixture = await startFixture();
  const id = await startBuild(fixture, 'echo started; sleep 1000');
  const stream = (await fixture.client.log(id).stream())!;
  await once(stream, 'data');
  const ended = text(stream).catch(() => 'cut');
  await fixture[Symbol.asyncDispose]();
  expect(await ended).toBeDefined();
});

test('a line that comes when its run was deleted makes no new log', async () => {
  const { logs, folder, id } = await openStore();
  append(logs, id, 'before');
  await logs.remove(id);
  append(logs, id, 'after');
  logs.note(id, 'The run ended ABORTED.', Date.now());
  await logs.close();
  expect(await readdir(folder)).toEqual([]);
});

/** Appends to a log of an earlier platform while file handles are used up, which come back at one moment or another. */
const appendWithoutHandles = `
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
const [, program, folder] = process.argv;
const { LogStore } = await import(program);
const logs = await LogStore.open(folder);
const before = '2026-01-01T00:00:00.000Z before\\n';
for (let turns = 0; turns < 12; turns += 1) {
  const id = 'a'.repeat(15) + String(turns).padStart(2, '0');
  const file = path.join(folder, id + '.log');
  writeFileSync(file, before);
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  void logs.append(id, 'after', Date.now());
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  for (const endMs = performance.now() + 3; performance.now() < endMs; );
  for (const descriptor of taken) closeSync(descriptor);
  await text(logs.read(id));
  if (!readFileSync(file, 'utf8').startsWith(before)) console.log('after ' + turns + ' turns the log was emptied');
}
await logs.close();`;

test('[log-2] a log that cannot be opened for want of file handles keeps what it has', async () => {
  const { folder } = await openStore();
  const program = fileURLToPath(new URL('../src/logs/log-store.ts', import.meta.url));
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e'];
  const limited = ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node, appendWithoutHandles, program, folder];
  const { stdout } = await promisify(execFile)('/bin/sh', limited);
  expect(stdout).toBe('');
});
