/**
 * The demo with its real Actor, which is installed and built once for all tests here. The tests call `wherry start`, as
 * `npm start` does: `npm start` itself would install the workspace again, during other tests, if `package-lock.json` has
 * changed.
 */
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { sitePageCount } from '../src/demo/site.ts';
import { demoProfileCount } from '../src/demo/tiktok-show.ts';
import type { Verdict } from '../src/demo/verdict.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { dataFolderOfTest, startLive } from './live-platform.ts';
import { callWherry, exitCodeOf, type Outcome, startWherry } from './program.ts';

let dataFolder: string;
let commandLine: string[];
beforeAll(async () => {
  dataFolder = await dataFolderOfTest();
  commandLine = ['start', '--once', '--port', '0', '--data', dataFolder];
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

test('the demo moves its crawl three times and loses nothing, repeats nothing as planned, and says so', async () => {
  const { exitCode, stdout, stderr } = await callWherry([...commandLine, '--json']);
  expect(exitCode, stderr).toBe(exitCodes.ok);
  const [started, verdict, ...more] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(started).toMatchObject({ event: 'started', url: expect.any(String), token: expect.any(String), dataFolder });
  expect(verdict as Verdict).toMatchObject({
    event: 'demo',
    ok: true,
    status: 'SUCCEEDED',
    faults: [],
    pages: sitePageCount,
    lost: [],
    failedPages: 0,
    repeatedAsPlanned: 0,
  });
  expect((verdict as Verdict).moves.map(({ mode, outcome }) => [mode, outcome])).toEqual([
    ['warm', 'done'],
    ['cold', 'done'],
    ['lost', 'done'],
  ]);
  expect(more).toEqual([]);
  // The output is no terminal, so there is a line for each step; the demo's other Actor has a line too.
  expect(stderr).toMatch(
    /^Building the Actor site-crawler;.*\nActor wherry\/site-crawler: built\n(?:.*\n)*Crawling 400 pages/,
  );
  expect(stderr).toMatch(/\n {2}warm: local-1 → local-2, .*\n {2}cold: .*\n {2}lost: .*\n$/);
});

test.runIf(isLong)('the demo of TikTok gives each profile once, also when a server is lost', async () => {
  const { exitCode, stdout, stderr } = await callWherry([...commandLine, '--demo', 'tiktok', '--json']);
  expect(exitCode, stderr).toBe(exitCodes.ok);
  const [, verdict] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(verdict as Verdict).toMatchObject({
    event: 'demo',
    ok: true,
    status: 'SUCCEEDED',
    noun: 'profiles',
    faults: [],
    pages: demoProfileCount,
    items: demoProfileCount,
    duplicates: 0,
    lost: [],
    failedPages: 0,
  });
  expect((verdict as Verdict).moves.map(({ mode }) => mode)).toEqual(['warm', 'cold', 'lost']);
});

/** Starts the demo and sends it a signal once it has printed `when`. Returns its exit code and output. */
async function interruptedDemo(signal: NodeJS.Signals, when: string): Promise<Outcome> {
  const demo = startWherry(commandLine, { leadsGroup: true });
  const [ended, stdout] = [exitCodeOf(demo), text(demo.stdout!)];
  let stderr = '';
  for await (const chunk of demo.stderr!) {
    const wasTime = stderr.includes(when);
    stderr += chunk;
    if (!wasTime && stderr.includes(when)) process.kill(-demo.pid!, signal);
  }
  return { exitCode: await ended, stdout: await stdout, stderr };
}

test('the run of a killed demo is aborted by the next demo, which has another site; Ctrl-C ends that demo and its run', async () => {
  await interruptedDemo('SIGKILL', 'Crawling');
  const { exitCode, stdout, stderr } = await interruptedDemo('SIGINT', 'warm:');
  expect(exitCode).toBe(exitCodes.notSucceeded);
  expect(stderr).toMatch(
    /^Engine: process, .*--engine docker .*\nThe run \w+ of an interrupted demo is aborted\.\nActor wherry\/site-crawler: up to date\n/,
  );
  expect(stderr).toMatch(/warm: .*\n\nEnding\. [^\n]*\n$/);
  expect(stdout).not.toContain('duplicates');
  await using platform = await startLive(dataFolder);
  const { items } = await platform.client.runs().list({ desc: true });
  const earlier = Array.from({ length: isLong ? 2 : 1 }, () => 'SUCCEEDED');
  expect(items.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED', ...earlier]);
  await platform.interrupt();
});
