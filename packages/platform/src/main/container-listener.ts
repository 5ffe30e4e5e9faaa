import { lookup } from 'node:dns/promises';
import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * The address of this machine that is meant when the advertised URL is the API itself. Undefined when it is a proxy's,
 * here or elsewhere: of that nothing more is known.
 */
export async function ownAddressOf(advertisedUrl: string, apiUrl: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(advertisedUrl);
  if (protocol !== 'http:' || port !== new URL(apiUrl).port) return undefined;
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { family: 4 }).catch(() => undefined);
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.some(({ address }) => address === found?.address) ? found?.address : undefined;
}

/** What listens there listens at every address of the machine. */
const everywhere = ['0.0.0.0', '::'];

/**
 * Lets the API answer at the address where containers reach this machine too, at the same port: it may listen on
 * loopback alone, which is another one in each container. Answers the API's URL there.
 * @throws Error when this machine does not have the address
 */
export async function listenForContainers(api: Server, host: string, parts: AsyncDisposableStack): Promise<string> {
  const { address, port } = api.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  if (everywhere.includes(address) || address === host) return url;
  const listener = createServer((socket) => api.emit('connection', socket));
  // What is open still is ended by the API's own server, and by the engine, whose connections are no HTTP.
  parts.defer(() => {
    listener.close();
    api.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
  return url;
}
