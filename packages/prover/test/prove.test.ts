/** How a proof can end, and what the verdict says then. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/faults/fault.ts';
import { prove } from '../src/index.ts';
import { actorFolder, deployFolder } from './deploy-folder.ts';
import { proveActor, proverFolder } from './prove-actor.ts';

/** Processes on this machine whose command line or environment contains the folder. */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const texts = await Promise.all(
    ids.map(async (id) => {
      const files = ['cmdline', 'environ'].map((file) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => ''));
      return (await Promise.all(files)).join('');
    }),
  );
  return texts.filter((text) => text.includes(folder));
}

test('[verdict-3] an interrupted proof reports what it has found so far, and leaves no process', async () => {
  const folder = await proverFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const stop = new AbortController();
  let running: string[] = [];
  const verdict = await prove({
    actor: 'commits',
    folder,
    input: { pages: 8 },
    signal: stop.signal,
    deploy: (address) => deployFolder(address, actorFolder('commits')),
    onProgress: ({ faults }) => {
      if (faults < 3 || stop.signal.aborted) return;
      void processesOf(folder).then((found) => {
        running = found;
        stop.abort();
      });
    },
  });
  expect(running.length).toBeGreaterThan(0);
  expect(verdict).toMatchObject({ verdict: 'unclear' });
  expect(verdict.reasons[0]).toBe('it was interrupted');
  expect(verdict.rows.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThanOrEqual(3);
  expect(await processesOf(folder)).toEqual([]);
});

test('[verdict-1] an Actor is not safe before every combination of fault and write was tried', async () => {
  const verdict = await proveActor('commits', {
    input: { pages: 3 },
    kinds: ['kill', 'warm'],
    maxFaults: 1,
    runnerCount: 1,
  });
  expect(verdict.verdict).toBe('unclear');
  expect(verdict.reasons).toEqual(['1 of 2 combinations of fault and write not tried: kill at commit']);
});

test('the verdict is unclear when undisturbed runs differ in their number of results', async () => {
  const verdict = await proveActor('random-item-count', { input: {} });
  expect(verdict).toMatchObject({ verdict: 'unclear', rows: expect.anything(), cleanRuns: 2 });
  expect(verdict.reasons.join()).toMatch(/^item\/default: \d+ in one undisturbed run, \d+ in another/);
});

test('the verdict is unclear when an undisturbed run fails or writes nothing, and says why', async () => {
  const verdict = await proveActor('commits', { input: { pages: 'none' } });
  expect(verdict.verdict).toBe('unclear');
  expect(verdict.reasons.join()).toMatch(/writes nothing/);
  const failing = await proveActor('fails-at-once', { input: {} });
  expect(failing.reasons.join()).toMatch(
    /^an undisturbed run ended FAILED, exit code 7; its log ends: .*no key for the shop/,
  );
});

test('an allowed failure does not make an Actor unsafe, and is counted', async () => {
  const replay = parseCase('kill@push#2:after');
  const verdict = await proveActor('no-listener', { input: { pages: 3 }, replay, allowed: ['duplicated'] });
  expect(verdict).toMatchObject({
    verdict: 'safe',
    rows: [{ kind: 'kill', runs: 1, failedRuns: 0, counts: { duplicated: 2 } }],
  });
});
