/** An upgrade from a version that named its files otherwise, while containers outlive the platform. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../../../test/support/until.ts';
import { findEventsRelay } from '../src/events/relay.ts';
import { renameFormerFiles } from '../src/main/renamed-files.ts';
import { InFlightJournal } from '../src/runs/handoff/in-flight-journal.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('the in-flight requests that an earlier version wrote down are known after the upgrade', async () => {
  const folder = await newFolder();
  await writeFile(path.join(folder, 'requests-in-hand'), '+ run/1 queue/request\n');
  renameFormerFiles(folder);
  const journal = InFlightJournal.open(path.join(folder, 'in-flight-requests'));
  onTestFinished(() => journal.close());
  expect(journal.inFlight).toEqual(new Map([['run/1', new Set(['queue/request'])]]));
});

test('what has its present name already is left alone', async () => {
  const folder = await newFolder();
  await writeFile(path.join(folder, 'requests-in-hand'), 'former');
  await writeFile(path.join(folder, 'in-flight-requests'), 'present');
  renameFormerFiles(folder);
  expect(await readFile(path.join(folder, 'in-flight-requests'), 'utf8')).toBe('present');
  const empty = await newFolder();
  renameFormerFiles(empty);
  expect(await readdir(empty)).toEqual([]);
});

test('[relay-1] a websocket that the relay of an earlier version holds comes to the upgraded platform', async () => {
  const folder = await newFolder();
  const former = path.join(folder, 'events-keeper');
  await mkdir(former);
  const program = fileURLToPath(new URL('../src/events/relay-program.ts', import.meta.url));
  const relay = spawn(process.execPath, [program, former, '127.0.0.1'], { stdio: 'ignore' });
  onTestFinished(() => void relay.kill());
  const { port } = await until(
    'the relay writes its address',
    async () => {
      const text = await readFile(path.join(former, 'address.json'), 'utf8').catch(() => '');
      return text.endsWith('}') && (JSON.parse(text) as { port: number });
    },
    { secs: 60 },
  );
  const attempt = new WebSocket(`ws://127.0.0.1:${port}/wherry/v1/runs/run/events`);
  onTestFinished(() => attempt.terminate());
  await once(attempt, 'open');
  renameFormerFiles(folder);
  const platform = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => platform.close());
  await once(platform, 'listening');
  const connected = once(platform, 'connection') as Promise<[WebSocket]>;
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const next = await findEventsRelay(folder, '127.0.0.1', url);
  onTestFinished(() => next.leave());
  const [socket] = await connected;
  socket.send('after the upgrade');
  const [message] = (await once(attempt, 'message')) as [Buffer];
  expect(message.toString()).toBe('after the upgrade');
  expect(relay.exitCode).toBe(null);
});
