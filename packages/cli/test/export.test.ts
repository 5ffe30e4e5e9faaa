/** `wherry export`: an Actor of a workspace becomes a folder that any Apify platform can build. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { callWherry } from './program.ts';

async function workspace(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'wherry-export-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const files = {
    'actor/package.json': JSON.stringify({ name: 'a', dependencies: { beside: 'file:../beside' } }),
    'actor/src/main.js': 'import "beside";',
    'actor/.actor/actor.json': JSON.stringify({ name: 'my-actor', version: '0.1' }),
    'actor/.actorignore': 'notes.txt',
    'actor/notes.txt': 'mine',
    'beside/package.json': JSON.stringify({ name: 'beside', version: '1.0.0', main: 'index.js' }),
    'beside/index.js': 'module.exports = 1;',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  await writeFile(path.join(root, 'actor/picture.png'), Buffer.from([0x89, 0x50, 0xff, 0x00]));
  return root;
}

test('an Actor is exported with its linked packages, byte for byte, and without ignored files', async () => {
  const root = await workspace();
  const { exitCode, stdout } = await callWherry(['export', 'actor', 'out', '--json'], { cwd: root });
  expect(exitCode).toBe(exitCodes.ok);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'my-actor', folder: 'out' });
  const out = path.join(root, 'out');
  const { dependencies } = JSON.parse(await readFile(path.join(out, 'package.json'), 'utf8'));
  expect(dependencies).toEqual({ beside: 'file:vendor/beside-1.0.0.tgz' });
  expect(await readdir(path.join(out, 'vendor'))).toEqual(['beside-1.0.0.tgz']);
  expect(await readFile(path.join(out, 'src/main.js'), 'utf8')).toBe('import "beside";');
  expect(await readFile(path.join(out, 'picture.png'))).toEqual(Buffer.from([0x89, 0x50, 0xff, 0x00]));
  expect(await readdir(out)).not.toContain('notes.txt');
});

test('an export overwrites nothing', async () => {
  const root = await workspace();
  const refusals = await Promise.all(
    ['beside', 'actor/notes.txt'].map((target) => callWherry(['export', 'actor', target], { cwd: root })),
  );
  for (const { exitCode, stderr } of refusals) {
    expect(exitCode).toBe(exitCodes.badUsage);
    expect(stderr).toContain('is not an empty folder. Name one that is empty or does not exist.');
  }
  expect(await readdir(path.join(root, 'beside'))).toEqual(['index.js', 'package.json']);
});
