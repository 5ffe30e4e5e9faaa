/**
 * Runs on each node of a Swarm, in a container that has the node's Docker socket, and lets the platform use it: it calls
 * the platform and keeps a line open (the control connection), over which the platform asks for streams; each of them is
 * a connection to the platform whose other end is the Docker socket. So no node listens for anything.
 *
 * [agent-1] it decides nothing, and keeps nothing: any of them can be ended at any time.
 * [agent-2] one that is told to stop stays for as long as containers of its platform are on the node, for a node that is
 *     drained is when it is needed.
 *
 * The image has this file alone, so it imports nothing but Node's own modules.
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
/** The platform speaks more often than this. */
const silenceMs = 6000;
const lookEveryMs = 1000;

/** Opens a connection to the platform that is no HTTP any more. */
function dial(path: string): Promise<Socket> {
  const url = new URL(`${WHERRY_URL}/wherry/v1/nodes/${WHERRY_NODE}${path}`);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'wherry-node' };
    const call = request(url, { headers, agent: false, timeout: silenceMs });
    call.on('upgrade', (_answer, socket: Socket, head: Buffer) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    call.on('response', (answer) => {
      answer.resume();
      reject(new Error(`the platform answered ${answer.statusCode}`));
    });
    call.on('timeout', () => call.destroy(new Error('the platform does not answer')));
    call.on('error', reject);
    call.end();
  });
}

/** One stream: what the platform says goes to Docker, and what Docker says to the platform. */
async function openStream(id: string): Promise<void> {
  const platform = await dial(`/streams/${id}`);
  const docker = connect(dockerSocket);
  for (const [one, other] of [
    [platform, docker],
    [docker, platform],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
}

/** Answers when the control connection has ended. */
async function serve(): Promise<void> {
  const control = await dial('');
  console.log('the platform is there');
  // The timeout is the platform's silence.
  control.setTimeout(silenceMs, () => control.destroy());
  const closed = new Promise((resolve) => control.once('close', resolve));
  control.on('error', () => control.destroy());
  const lines = createInterface({ input: control });
  // It tells what the connection tells; unheard, that would end the program.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const { open } = JSON.parse(line) as { open?: string };
    if (open === undefined) control.write('{}\n');
    else openStream(open).catch((error: Error) => console.error(`a stream could not be opened: ${error.message}`));
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

/** [agent-2]. Docker that does not answer has no container that could be looked after. */
function countContainers(): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`wherry.platform=${WHERRY_PLATFORM}`, 'wherry.run'] }));
  return new Promise((resolve) => {
    const call = http.get({ socketPath: dockerSocket, path: `/containers/json?filters=${filters}` }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve((JSON.parse(text) as unknown[]).length));
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
