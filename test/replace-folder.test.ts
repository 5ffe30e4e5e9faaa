/** What `npm start` does with the built console when several processes build it at once. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const script = new URL('../scripts/build-console.mjs', import.meta.url).href;
const processes = 4;
const timesEach = 100;

test('of several processes that put a folder in the place of one, each succeeds, and none leaves a part behind', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'wherry-folders-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = path.join(root, 'dist');
  const program = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { replaceFolder } from ${JSON.stringify(script)};
    for (let time = 0; time < ${timesEach}; time += 1) {
      const by = ${JSON.stringify(`${root}/by-`)} + process.pid;
      mkdirSync(by + '/deep', { recursive: true });
      for (let file = 0; file < 20; file += 1) writeFileSync(by + '/deep/' + file, String(process.pid));
      replaceFolder(${JSON.stringify(folder)}, by);
    }`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await Promise.all(Array.from({ length: processes }, run));
  expect(await readdir(root)).toEqual(['dist']);
  const files = (await readdir(path.join(folder, 'deep'))).map((name) =>
    readFile(path.join(folder, 'deep', name), 'utf8'),
  );
  expect(files).toHaveLength(20);
  expect(new Set(await Promise.all(files)).size).toBe(1);
});
