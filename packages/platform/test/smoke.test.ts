import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startPlatform } from '../src/index.ts';

test('a platform starts, refuses a wrong token in Apify’s form, and closes', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-'));
  const platform = await startPlatform({ dataFolder, token: 'right' });
  try {
    const answer = await fetch(`${platform.url}/v2/users/me`, { headers: { authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(501);
  } finally {
    await platform.close();
    await rm(dataFolder, { recursive: true });
  }
});
