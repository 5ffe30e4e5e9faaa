/**
 * `npm run test:packages`: `@wherry/durable` as it is published, under each Node that it is for. A process commits a state
 * and crawls, is killed in the middle of either, is started again, and must come to each result once.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { packagesFolder, root } from './compile.mjs';
import { packInto } from './pack.mjs';

const majors = [20, 22, 24];
const count = 60;
const modules = path.join(root, 'node_modules');

function majorOf(node) {
  try {
    return Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
  } catch {
    return undefined;
  }
}

/** A program `node` of this major version: this one, one in the path, or one that npm installs once. */
function nodeOf(major) {
  if (majorOf(process.execPath) === major) return process.execPath;
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    if (majorOf(path.join(folder, 'node')) === major) return path.join(folder, 'node');
  }
  const folder = path.join(modules, '.cache', 'wherry', `node-${major}`);
  const node = path.join(folder, 'node_modules', '.bin', 'node');
  if (majorOf(node) === major) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${major}`], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  return node;
}

/** The package from its archive, beside the Crawlee and the SDK of the workspace. */
function installInto(folder, archive) {
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', '--omit=peer', archive];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  for (const name of ['apify', 'crawlee']) {
    symlinkSync(path.join(modules, name), path.join(folder, 'node_modules', name), 'dir');
  }
  cpSync(path.join(packagesFolder, 'durable', 'test', 'programs', 'resume.mjs'), path.join(folder, 'resume.mjs'));
}

/** Runs the program until it ends, or until `isTime` says of a line that it is to be killed. Resolves with its lines. */
async function run(node, folder, isTime = () => false) {
  const child = spawn(node, ['resume.mjs', `${count}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CRAWLEE_PURGE_ON_START: '0', APIFY_PURGE_ON_START: '0', CRAWLEE_LOG_LEVEL: 'ERROR' },
  });
  const exit = once(child, 'exit');
  const lines = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (isTime(line)) child.kill('SIGKILL');
  }
  const [exitCode, signal] = await exit;
  return { lines, end: signal ?? exitCode };
}

async function testOn(major, folder) {
  const node = nodeOf(major);
  const inState = await run(node, folder, (line) => line === 'acknowledged 30');
  assert.equal(inState.end, 'SIGKILL', inState.lines.join('\n'));
  const inCrawl = await run(node, folder, (line) => line === 'page 20');
  assert.equal(inCrawl.end, 'SIGKILL', inCrawl.lines.join('\n'));
  const last = await run(node, folder);
  assert.equal(last.end, 0, last.lines.join('\n'));
  const { items, pages, ...state } = JSON.parse(last.lines.at(-1));
  const all = Array.from({ length: count }, (_, index) => index);
  assert.deepEqual(state, { cursor: count, seen: count, texts: count, opened: 3 });
  assert.deepEqual(items, all);
  assert.deepEqual(
    pages.toSorted((one, other) => one - other),
    all,
  );
  // A process that began anew would have acknowledged the first ones a second time.
  assert.ok(!inCrawl.lines.includes('acknowledged 30'), inCrawl.lines.join('\n'));
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}

const folder = mkdtempSync(path.join(tmpdir(), 'wherry-durable-'));
try {
  const archive = await packInto(folder, '@wherry/durable');
  for (const major of majors) {
    const own = path.join(folder, `node-${major}`);
    mkdirSync(own);
    installInto(own, archive);
    assert.ok(existsSync(path.join(own, 'node_modules', '@wherry', 'durable', 'index.js')));
    const version = await testOn(major, own);
    console.log(`@wherry/durable under Node ${version}: killed twice, resumed twice, each of ${count} results once.`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
