/** A private platform that is closed leaves no process, whatever was being done with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PrivatePlatform } from '../src/sandbox/private-platform.ts';

async function newPlatform(): Promise<PrivatePlatform> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-private-'));
  const platform = new PrivatePlatform(
    { dataFolder, token: 'a', port: 0, advertisedUrl: 'http://127.0.0.1:9', outsidePort: 9, takesCommits: true },
    () => undefined,
  );
  onTestFinished(async () => {
    // What the test says has ended may have been left.
    await platform.kill();
    await rm(dataFolder, { recursive: true, force: true });
  });
  return platform;
}

test('one that is closed while a fault starts it again is not started', async () => {
  const platform = await newPlatform();
  await platform.start();
  const restarted = platform.kill().then(() => platform.start());
  const refused = expect(restarted).rejects.toThrow('The private platform is closed.');
  await platform.close();
  await refused;
  await expect(fetch(platform.url)).rejects.toThrow('fetch failed');
});

test('one that is closed while it starts ends when it has started', async () => {
  const platform = await newPlatform();
  const started = platform.start().catch(() => undefined);
  await platform.close();
  await started;
  await expect(fetch(platform.url)).rejects.toThrow();
});

test('one that is stopped starts again', async () => {
  const platform = await newPlatform();
  await platform.start();
  await platform.stop();
  await expect(fetch(platform.url)).rejects.toThrow('fetch failed');
  await platform.start();
  expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  await platform.close();
});
