import { readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

/** Where an Actor's web server listens in a container, whose network is its own. As on Apify. */
const containerPort = 4321;

const minPort = 20_000;
/** Linux's default. From here on, outgoing connections get their ports, which would be taken when the Actor listens. */
const defaultFirstEphemeral = 32_768;
const maxTries = 200;

/** The variables that tell an Actor the port of its web server, in all spellings of Apify's. */
export const portVariables = (port: number): Record<string, string> => ({
  ACTOR_WEB_SERVER_PORT: String(port),
  APIFY_CONTAINER_PORT: String(port),
  ACTOR_STANDBY_PORT: String(port),
});

/** How long a connection may take to be accepted. */
const connectMs = 5000;

/** Resolves with a connection that was accepted. @throws Error otherwise, with Node's code */
export function connectTo({ host, port }: { readonly host: string; readonly port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    socket.setTimeout(connectMs, () => socket.destroy(new Error(`${host}:${port} does not accept connections`)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** The port that an Actor's version sets for its web server, else Apify's usual one. */
export const portIn = (env: Readonly<Record<string, string | undefined>>): number =>
  Number(env.ACTOR_WEB_SERVER_PORT || env.ACTOR_STANDBY_PORT || env.APIFY_CONTAINER_PORT) || containerPort;

/**
 * Finds a port of this machine on which nothing listens. By chance, so that two platforms on a machine seldom choose the
 * same one.
 * @param isTaken whether a port is meant for another attempt, which may not listen yet
 * @throws Error when none is found
 */
export async function findFreePort(isTaken: (port: number) => boolean): Promise<number> {
  const firstEphemeral = await readFirstEphemeralPort();
  const end = firstEphemeral > minPort + 1000 ? firstEphemeral : defaultFirstEphemeral;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const port = minPort + Math.floor(Math.random() * (end - minPort));
    if (!isTaken(port) && (await canListen(port))) return port;
  }
  throw new Error('no free port was found for the web server of the Actor');
}

async function readFirstEphemeralPort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  return Number(range.trim().split(/\s+/)[0] || defaultFirstEphemeral);
}

function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Anything else, such as too many open files, says nothing about the port.
      if (['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(error.code ?? '')) resolve(false);
      else reject(error);
    });
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
