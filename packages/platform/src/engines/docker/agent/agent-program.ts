/**
 * Runs on each node of a Swarm, in a container that has the node's Docker socket, and lets the platform use it: it calls
 * the platform and keeps a control connection open, over which the platform asks for streams. Each stream is a connection
 * to the platform whose other end is the Docker socket, or the web server of a container on the node. So no node listens on
 * a port. It uses the node's own network, from which the networks of containers are reached.
 *
 * [agent-1] it decides nothing and stores nothing, so any agent can be ended at any time.
 * [agent-2] an agent that is told to stop stays as long as containers of its platform are on the node: it is needed most
 *     while a node is drained.
 *
 * The image contains only this file, so it imports only Node's own modules.
 */
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const { WHERRY_URL = '', WHERRY_NODE = '', WHERRY_PLATFORM = '' } = process.env;
const token = readFileSync('/run/secrets/wherry-agent', 'utf8').trim();
const dockerSocket = '/var/run/docker.sock';
const retryMs = 500;
/** The platform sends something more often than this. */
const silenceMs = 6000;
const lookEveryMs = 1000;

/** Opens a connection to the platform that is no longer HTTP. */
function dial(path: string): Promise<Socket> {
  const url = new URL(`${WHERRY_URL}/wherry/v1/nodes/${WHERRY_NODE}${path}`);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'wherry-node' };
    const call = request(url, { headers, agent: false, timeout: silenceMs });
    call.on('upgrade', (_response, socket: Socket, head: Buffer) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    call.on('response', (response) => {
      response.resume();
      reject(new Error(`the platform responded ${response.statusCode}`));
    });
    call.on('timeout', () => call.destroy(new Error('the platform does not respond')));
    call.on('error', reject);
    call.end();
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** One stream: forwards what the platform sends to Docker or to the address, and what comes from there to the platform. */
async function openStream(id: string, to: Address | undefined): Promise<void> {
  const server = to === undefined ? connect(dockerSocket) : await connectTo(to).catch(() => undefined);
  const platform = await dial(server === undefined ? `/refusals/${id}` : `/streams/${id}`).catch((error: unknown) => {
    server?.destroy();
    throw error;
  });
  if (server === undefined) {
    platform.destroy();
    return;
  }
  for (const [one, other] of [
    [platform, server],
    [server, platform],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
}

/** @throws Error when nothing accepts the connection */
function connectTo(address: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // It may break before the platform's end is there.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Resolves when the control connection has ended. */
async function serve(): Promise<void> {
  const control = await dial('');
  console.log('the platform is there');
  // The timeout fires when the platform sends nothing.
  control.setTimeout(silenceMs, () => control.destroy());
  const closed = new Promise((resolve) => control.once('close', resolve));
  control.on('error', () => control.destroy());
  const lines = createInterface({ input: control });
  // `close` follows; without a listener, the error would end the program.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const { open, to } = JSON.parse(line) as { open?: string; to?: Address };
    if (open === undefined) control.write('{}\n');
    else openStream(open, to).catch((error: Error) => console.error(`a stream could not be opened: ${error.message}`));
  });
  await closed;
  console.log('the platform is away');
}

async function callPlatform(): Promise<never> {
  let told = '';
  for (;;) {
    try {
      await serve();
      told = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) console.error(message);
      told = message;
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** [agent-2]. When Docker does not respond, no container can be served. */
function countContainers(): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`wherry.platform=${WHERRY_PLATFORM}`, 'wherry.run'] }));
  return new Promise((resolve) => {
    const call = http.get({ socketPath: dockerSocket, path: `/containers/json?filters=${filters}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve((JSON.parse(text) as unknown[]).length));
    });
    call.on('error', () => resolve(0));
  });
}

for (const signal of ['SIGCONT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.log('told to stop; it stays for as long as containers of its platform are here');
    setInterval(async () => {
      if ((await countContainers()) === 0) process.exit(0);
    }, lookEveryMs);
  });
}
await callPlatform();
