/** Downloads of Actors' archives from servers that are slow, or do not end. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ActorSourceType } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type Fixture, startFixture } from './fixture.ts';

/** Sends `bytes` bytes each 100 ms, for ever. */
function trickle(response: ServerResponse, bytes: number): void {
  const timer = setInterval(() => response.write(Buffer.alloc(bytes)), 100);
  response.on('close', () => clearInterval(timer));
}

/** A server with one path for each kind of bad download. */
async function startServer() {
  const kinds: Record<string, (response: ServerResponse) => void> = {
    '/silent': () => undefined,
    '/stalls': (response) => void response.write('half of it'),
    '/trickle': (response) => trickle(response, 10),
    '/steady': (response) => trickle(response, 1000),
    '/large': (response) => void response.end(Buffer.alloc(100_000)),
  };
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    kinds[request.url!]!(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: () => calls };
}

async function startBuild({ client }: Fixture, name: string, source: object) {
  const version = { versionNumber: '0.1', buildTag: 'latest', ...source };
  const { id } = await client.actors().create({ name, versions: [version as never] });
  return client.build((await client.actor(id).build('0.1')).id);
}

const tarball = (tarballUrl: string) => ({ sourceType: ActorSourceType.Tarball, tarballUrl });
const sourceFiles = [
  { name: 'main.js', format: 'TEXT', content: 'console.log(1)' },
  // It looks like a version with a tarball, but is a file.
  { name: 'package.json', format: 'TEXT', content: '{"name":"a","main":"main.js","x":{"sourceType":"TARBALL"}}' },
];

test('downloads that stall hold up neither builds with their sources nor other downloads, and can be aborted', async () => {
  const { url, calls } = await startServer();
  await using fixture = await startFixture();
  const stalled = [];
  for (const kind of ['silent', 'stalls', 'trickle'])
    stalled.push(await startBuild(fixture, kind, tarball(`${url}/${kind}`)));
  await until('all three downloads have begun', () => calls() === 3);
  const plain = await startBuild(fixture, 'plain', { sourceType: ActorSourceType.SourceFiles, sourceFiles });
  expect(await plain.waitForFinish()).toMatchObject({ status: 'SUCCEEDED' });
  const other = await startBuild(fixture, 'other', tarball(`${url}/large`));
  expect(await other.waitForFinish()).toMatchObject({
    status: 'FAILED',
    statusMessage: expect.stringContaining('neither tar'),
  });
  for (const build of stalled) {
    expect(await build.get()).toMatchObject({ status: 'RUNNING' });
    await build.abort();
    expect(await build.waitForFinish()).toMatchObject({ status: 'ABORTED' });
  }
});

test('no more downloads are made at once than allowed, and the others follow', async () => {
  const { url, calls } = await startServer();
  await using fixture = await startFixture();
  const builds = await Promise.all(
    Array.from({ length: 18 }, (_, n) => startBuild(fixture, `a${n}`, tarball(`${url}/silent`))),
  );
  await until('the first downloads have begun', () => calls() === 16);
  const plain = await startBuild(fixture, 'plain', { sourceType: ActorSourceType.SourceFiles, sourceFiles });
  expect(await plain.waitForFinish()).toMatchObject({ status: 'SUCCEEDED' });
  expect(calls()).toBe(16);
  const states = await Promise.all(builds.map((build) => build.get()));
  const running = builds.filter((_, n) => (states[n]!.status as string) === 'RUNNING');
  expect(running).toHaveLength(16);
  await Promise.all(running.slice(0, 2).map((build) => build.abort()));
  await until('the others have begun', () => calls() === 18);
});

test('a download that stalls, trickles, takes too long or is too large fails its build with what to do', async () => {
  const { url } = await startServer();
  const downloadLimits = { maxBytes: 50_000, maxSecs: 3, windowSecs: 1, windowBytes: 1000 };
  await using fixture = await startFixture({ downloadLimits });
  const messages: Record<string, RegExp> = {
    silent: /stalled: 0 bytes came in 1 s. Check "tarballUrl"/,
    stalls: /stalled: \d+ bytes came in 1 s/,
    trickle: /stalled: \d+ bytes came in 1 s/,
    steady: /took longer than 3 s/,
    large: /larger than 50000 bytes/,
  };
  const ends = Object.entries(messages).map(async ([kind, message]) => {
    const build = await startBuild(fixture, kind, tarball(`${url}/${kind}`));
    const { status, statusMessage } = (await build.waitForFinish()) as { status: string; statusMessage?: string };
    expect(status, kind).toBe('FAILED');
    expect(statusMessage).toMatch(message);
  });
  await Promise.all(ends);
});
