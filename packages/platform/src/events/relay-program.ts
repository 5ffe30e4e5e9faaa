/**
 * Holds the events websockets of attempts while the platform is away: the stock SDK connects once and never again, so
 * an attempt that outlived a platform process would get no more events. A process of its own, which the platform starts
 * and which outlives it: `node relay-program.ts FOLDER HOST`.
 *
 * [relay-1] an attempt's socket stays open until the platform closes it, even if the platform restarts.
 * [relay-2] it decides nothing and knows no secret but the tokens that pass through: the platform accepts or refuses each
 *     socket again after each of its starts.
 * [relay-3] pings and pongs are forwarded, since the platform uses them to find out whether an attempt is quiet.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { writeWholeFile } from '../shared/whole-file.ts';
import { addressFile, apiFile, maxMessageBytes, type RelayAddress, relayPath } from './relay-files.ts';

const retryMs = 100;
/** How long it runs without a socket to hold and without a platform. */
const idleMs = 60_000;
const keepAliveMs = 15_000;
/** The close codes of a connection whose other end is gone; these are not forwarded [relay-1]. */
const goneCodes = [1006, 1001, 1005];

const [, , folder, host] = process.argv as [string, string, string, string];
const server = createServer((request, response) => {
  response.writeHead(request.url === relayPath ? 200 : 404).end(request.url === relayPath ? folder : '');
  lastAskedAtMs = performance.now();
});
const sockets = new WebSocketServer({ server, autoPong: false, maxPayload: maxMessageBytes });
let lastAskedAtMs = performance.now();

// It emits the errors of `server` again, which `listen` handles; without a listener they would end the process.
sockets.on('error', () => undefined);
sockets.on('connection', (attempt, request) => {
  // A lost server never closes its connections.
  request.socket.setKeepAlive(true, keepAliveMs);
  attempt.on('error', () => attempt.terminate());
  void hold(attempt, request);
});

/** Connects an attempt's socket with the platform, again after each restart of the platform. */
async function hold(attempt: WebSocket, { url }: IncomingMessage): Promise<void> {
  while (attempt.readyState === WebSocket.OPEN) {
    const api = await readFile(path.join(folder, apiFile), 'utf8').catch(() => '');
    // Anything else in the file must not end this process, which holds the sockets of all attempts.
    const end = /^wss?:/.test(api) && URL.canParse(api.trim()) ? await connect(attempt, api.trim() + url!) : undefined;
    if (end !== undefined) return attempt.close(end.code, end.reason);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** Resolves with how the platform closed the connection; with undefined when the platform itself is away. */
function connect(attempt: WebSocket, url: string): Promise<{ code: number; reason: Buffer } | undefined> {
  const platform = new WebSocket(url, { autoPong: false });
  const fromAttempt = {
    message: (data: Buffer, isBinary: boolean) => platform.send(data, { binary: isBinary }),
    pong: (data: Buffer) => platform.pong(data),
    ping: (data: Buffer) => platform.ping(data),
    close: () => platform.close(),
  };
  platform.on('message', (data, isBinary) => attempt.send(data, { binary: isBinary }));
  platform.on('ping', (data) => attempt.ping(data)).on('pong', (data) => attempt.pong(data));
  platform.on('open', () => {
    for (const [event, listener] of Object.entries(fromAttempt)) attempt.on(event, listener);
    if (attempt.readyState !== WebSocket.OPEN) platform.close();
  });
  return new Promise((resolve) => {
    platform.on('error', () => platform.terminate());
    platform.on('close', (code, reason) => {
      for (const [event, listener] of Object.entries(fromAttempt)) attempt.off(event, listener);
      resolve(goneCodes.includes(code) ? undefined : { code, reason });
    });
  });
}

/** Uses the same port as the relay before it, if it is free: attempts that still boot have that port. */
async function listen(): Promise<void> {
  const former = await readFile(path.join(folder, addressFile), 'utf8').then(
    (text) => (JSON.parse(text) as RelayAddress).port,
    () => 0,
  );
  for (const port of [former, 0]) {
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
      break;
    } catch (error) {
      if (port === 0) throw error;
    }
  }
  const address: RelayAddress = { host, port: (server.address() as AddressInfo).port, pid: process.pid };
  await writeWholeFile(path.join(folder, addressFile), JSON.stringify(address));
}

setInterval(() => {
  const isIdle = sockets.clients.size === 0 && performance.now() - lastAskedAtMs > idleMs;
  // Without the data folder no platform will start again.
  if (isIdle || !existsSync(folder)) process.exit(0);
}, 1000);
await listen();
