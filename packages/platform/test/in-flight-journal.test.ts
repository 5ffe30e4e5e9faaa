/** What a platform process that is killed leaves to the next one about requests in hand. */
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InFlightJournal } from '../src/runs/handoff/in-flight-journal.ts';
import { InFlightRequests } from '../src/runs/handoff/in-flight-requests.ts';

async function newFile(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'in-flight-requests');
}

/** As after `kill -9`: the former journal is not closed. */
const openAgain = (file: string, maxBytes?: number) =>
  new InFlightRequests(undefined, InFlightJournal.open(file, maxBytes));

test('[in-flight-1], [in-flight-2] what was in flight is in flight after a restart, and nothing else', async () => {
  const file = await newFile();
  const first = openAgain(file);
  for (const request of ['a', 'b', 'c']) first.add('run', 1, 'queue', request);
  first.add('run', 1, 'queue', 'a');
  first.remove('run', 1, 'queue', 'b');
  first.add('run', 2, 'queue', 'd');
  first.add('other', 1, 'queue', 'e');
  first.forget('other', 1);
  const second = openAgain(file);
  expect([second.countOf('run', 1), second.countOf('run', 2), second.countOf('other', 1)]).toEqual([2, 1, 0]);
  second.keepOnly([{ runId: 'run', attempt: 1 }]);
  second.remove('run', 1, 'queue', 'a');
  const third = openAgain(file);
  expect([third.countOf('run', 1), third.countOf('run', 2)]).toEqual([1, 0]);
});

test('[in-flight-3] a removal that was not written any more is made when the attempt sends its call again', async () => {
  const file = await newFile();
  const first = openAgain(file);
  first.add('run', 1, 'queue', 'handled');
  const before = await readFile(file);
  first.remove('run', 1, 'queue', 'handled');
  // The platform died before it had written the removal, and the attempt got no response.
  await writeFile(file, before);
  const second = openAgain(file);
  expect(second.countOf('run', 1)).toBe(1);
  second.remove('run', 1, 'queue', 'handled');
  expect(second.countOf('run', 1)).toBe(0);
  expect(openAgain(file).countOf('run', 1)).toBe(0);
});

test('a file that grows is written anew, and a line that was broken off is none', async () => {
  const file = await newFile();
  const journal = openAgain(file, 1000);
  journal.add('run', 1, 'queue', 'stays');
  for (let number = 0; number < 500; number += 1) {
    journal.add('run', 1, 'queue', `${number}`);
    journal.remove('run', 1, 'queue', `${number}`);
  }
  expect((await stat(file)).size).toBeLessThan(1100);
  await appendFile(file, '+ run/1');
  expect(openAgain(file).countOf('run', 1)).toBe(1);
});
