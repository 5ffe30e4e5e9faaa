import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readOrMakeToken, readToken } from '../src/platform/token.ts';

test('the token is made once, kept for its owner alone, and read again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-cli-'));
  try {
    expect(await readToken(folder)).toBeUndefined();
    const token = await readOrMakeToken(path.join(folder, 'data'));
    expect(token).toMatch(/^wherry_\S{32}$/);
    expect(await readOrMakeToken(path.join(folder, 'data'))).toBe(token);
    expect((await stat(path.join(folder, 'data', 'token'))).mode & 0o777).toBe(0o600);
    await writeFile(path.join(folder, 'token'), '', { mode: 0o644 });
    expect(await readOrMakeToken(folder)).not.toBe(token);
    expect((await stat(path.join(folder, 'token'))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
