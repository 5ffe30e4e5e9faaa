/** `wherry prove` as people call it; what it finds is the prover's own, and tested there. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { dataFolderOfTest, startLive } from './live-platform.ts';
import { callWherry, exitCodeOf, startWherry } from './program.ts';

const actorsFolder = path.resolve(import.meta.dirname, '../../prover/test/actors');

/** Temporary folders below the clone, where Actors find the workspace's packages. */
async function temporaryFolder(): Promise<{ folder: string; environment: Record<string, string> }> {
  const folder = await dataFolderOfTest();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, environment: { TMPDIR: folder } };
}

test.each([
  [['prove'], /missing required argument 'folder'/],
  [['prove', '.', '--budget', 'soon'], /--budget must be a time such as 90s, 5m or 1h, but is "soon"/],
  [['prove', '.', '--faults', 'kill,explode'], /"explode" is not a kind of fault. Use one of: warm, cold, kill/],
  [['prove', '.', '--allow', 'everything'], /"everything" is not a failure. Use one of: lost, duplicated/],
  [['prove', '.', '--max-faults', 'few'], /--max-faults/],
  [['prove', '.', '--replay', 'kill'], /--replay: "kill" is not a fault. Write it in the form kill@push#17:after/],
  [['prove', '.', '--input', 'missing.json'], /missing.json cannot be read \(ENOENT\)/],
  [['prove', '.', '--input', '{broken'], /the input is not JSON/],
  [['prove', '.', '--build', '0.1.7'], /--build says what --publish is about/],
  [['prove', './missing'], /Name the folder of an Actor/],
])('%j is bad usage, said in one line', async (commandLine, message) => {
  const { exitCode, stdout, stderr } = await callWherry(commandLine, { cwd: tmpdir() });
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ exitCode, stdout }).toEqual({ exitCode: exitCodes.badUsage, stdout: '' });
});

test('an unsafe Actor: exit code 1, a table, a story with its replay, and reports', async () => {
  const { folder, environment } = await temporaryFolder();
  const actor = path.join(actorsFolder, 'charge-without-key');
  const report = path.join(folder, 'report');
  const input = path.join(folder, 'input.json');
  await writeFile(input, '{"pages":2}');
  const commandLine = ['prove', actor, '--input', input, '--replay', 'kill@charge#1:after', '--report', report];
  const { exitCode, stdout, stderr } = await callWherry(commandLine, { environment });
  expect(exitCode, stderr).toBe(exitCodes.notSucceeded);
  expect(stdout).toMatch(/^kill +1 +0 +0 +0 +1 +0 +0 +0$/m);
  expect(stdout).toMatch(/^kill: Killed after event page was charged and before record PAGE-0 was saved/m);
  expect(stdout).toContain(`replay: wherry prove ${actor} --input ${input} --replay 'kill@charge#1:after'`);
  expect(stdout).toContain('UNSAFE: charge-without-key');
  expect((await readdir(report)).toSorted()).toEqual(['report.html', 'report.junit.xml', 'verdict.json']);
  expect(await readFile(path.join(report, 'report.junit.xml'), 'utf8')).toContain(
    '<failure message="1 of 1 runs failed: charged-twice">',
  );
  expect(await readFile(path.join(report, 'report.html'), 'utf8')).toContain('<svg role="img"');
  expect(JSON.parse(await readFile(path.join(report, 'verdict.json'), 'utf8'))).toMatchObject({ verdict: 'unsafe' });
  // The private platforms were in the temporary folder.
  expect((await readdir(folder)).toSorted()).toEqual(['input.json', 'report']);
});

test('--json leaves nothing but the verdict on stdout; what is allowed is exit code 0', async () => {
  const { environment } = await temporaryFolder();
  const actor = path.join(actorsFolder, 'charge-without-key');
  const commandLine = ['prove', actor, '--input', '{"pages":1}', '--replay', 'kill@charge#1:after'];
  const allowed = [...commandLine, '--allow', 'charged-twice', '--json'];
  const { exitCode, stdout, stderr } = await callWherry(allowed, { environment });
  expect(exitCode, stderr).toBe(exitCodes.ok);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'safe', rows: [{ kind: 'kill', counts: { chargedTwice: 1 } }] });
});

test('Ctrl-C says what it knew, with exit code 2, and leaves nothing', async () => {
  const { folder, environment } = await temporaryFolder();
  const child = startWherry(['prove', path.join(actorsFolder, 'commits'), '--input', '{"pages":3}'], {
    environment,
    leadsGroup: true,
  });
  const ended = exitCodeOf(child);
  const said = text(child.stdout!);
  let progress = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    const isFirst = !progress.includes('Faults');
    progress += chunk;
    if (isFirst && progress.includes('Faults')) process.kill(-child.pid!, 'SIGINT');
  });
  expect(await ended, progress).toBe(exitCodes.badUsage);
  expect(await said).toMatch(/Note: it was interrupted\.\n.*COULD NOT TELL/s);
  expect(await readdir(folder)).toEqual([]);
});

test('an Actor that cannot be built is bad usage, and the end of its log says why', async () => {
  const { folder, environment } = await temporaryFolder();
  const actor = path.join(folder, 'unbuildable');
  await mkdir(actor);
  const packageFile = { name: 'unbuildable', scripts: { start: 'node main.js', build: 'echo no such thing; exit 3' } };
  await writeFile(path.join(actor, 'package.json'), JSON.stringify(packageFile));
  const { exitCode, stdout, stderr } = await callWherry(['prove', actor], { environment });
  expect({ exitCode, stdout }).toEqual({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(stderr).toContain('no such thing');
  expect(stderr).toMatch(/wherry: The build of unbuildable ended FAILED\. The log above says why\.\n$/);
  expect(await readdir(folder)).toEqual(['unbuildable']);
});

test('--publish finds the Actor before the proof, and sends its report with the build after it', async () => {
  const { folder, environment } = await temporaryFolder();
  await using platform = await startLive(path.join(folder, 'data'));
  const token = (await readFile(path.join(folder, 'data', 'token'), 'utf8')).trim();
  const actor = path.join(actorsFolder, 'charge-without-key');
  const replay = ['--input', '{"pages":1}', '--replay', 'kill@charge#1:after'];
  const environmentOf = { ...environment, WHERRY_URL: platform.url, WHERRY_TOKEN: token };
  const prove = (...more: string[]) => callWherry(['prove', actor, ...replay, ...more], { environment: environmentOf });
  const missing = await prove('--publish');
  expect(missing.exitCode).toBe(exitCodes.badUsage);
  expect(missing.stderr).toMatch(/has no Actor "wherry\/charge-without-key".*`wherry run .*` or `apify push`/);
  const { client } = platform;
  const { id: actorId } = await client.actors().create({ name: 'charge-without-key' });
  expect((await prove('--publish', '--build', '0.1.7')).stderr).toMatch(/has no build "0\.1\.7"\. Build it first\./);
  const published = await prove('--publish', '--json');
  expect(published.exitCode, published.stderr).toBe(exitCodes.notSucceeded);
  expect(published.stderr).toContain(`Published for wherry/charge-without-key at ${platform.url}`);
  const read = async (url: string) => {
    const response = await fetch(platform.url + url, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as { data: Record<string, unknown> }).data;
  };
  const { items } = (await read(`/wherry/v1/actors/${actorId}/proofs`)) as { items: { id: string }[] };
  expect(items).toMatchObject([{ verdict: 'unsafe', faults: 1, failures: 1, buildNumber: null }]);
  const { report } = await read(`/wherry/v1/proofs/${items[0]!.id}`);
  expect(report).toEqual(JSON.parse(published.stdout));
  expect(report).toMatchObject({
    combinations: [
      { kind: 'kill', type: 'charge', runs: 1, failedRuns: 1 },
      { kind: 'kill', type: 'record', runs: 0, failedRuns: 0 },
    ],
    trials: [{ replay: 'kill@charge#1:after', outcome: 'failed', findings: [{ failure: 'chargedTwice' }] }],
  });
});
