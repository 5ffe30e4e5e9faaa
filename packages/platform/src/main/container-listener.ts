import { lookup } from 'node:dns/promises';
import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * The address of this machine in the advertised URL, when that is the URL of the API itself. Undefined when it is the URL
 * of a proxy, on this machine or another.
 */
export async function ownAddressOf(advertisedUrl: string, apiUrl: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(advertisedUrl);
  if (protocol !== 'http:' || port !== new URL(apiUrl).port) return undefined;
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { family: 4 }).catch(() => undefined);
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.some(({ address }) => address === found?.address) ? found?.address : undefined;
}

/** Addresses that stand for every address of the machine. */
const everywhere = ['0.0.0.0', '::'];

/**
 * Makes the API also listen at the address where containers reach this machine, at the same port: it may listen only on
 * loopback, which in a container is the container itself. Resolves with the API's URL there.
 * @throws Error when this machine does not have the address
 */
export async function listenForContainers(api: Server, host: string, parts: AsyncDisposableStack): Promise<string> {
  const { address, port } = api.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  if (everywhere.includes(address) || address === host) return url;
  const listener = createServer((socket) => api.emit('connection', socket));
  // Open connections are closed by the API's own server, and those that are not HTTP by the engine.
  parts.defer(() => {
    listener.close();
    api.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
  return url;
}
