import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { namesOfWrites } from '../src/database/operation.ts';

const source = new URL('../src/', import.meta.url);

test('the worker thread that writes knows every write of the platform', async () => {
  await import('../src/main/write-operations.ts');
  const known = namesOfWrites();
  const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'));
  for (const file of files) {
    if (file.startsWith('database')) continue;
    const url = new URL(file, source);
    if ((await readFile(url, 'utf8')).includes('defineWrite(')) await import(url.href);
  }
  expect(namesOfWrites()).toEqual(known);
  expect(known).toContain('datasets.pushItems');
});
