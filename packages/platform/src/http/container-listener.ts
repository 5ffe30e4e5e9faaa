import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';

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
  parts.defer(() => new Promise<void>((resolve) => listener.close(() => resolve())));
  // What is open still is ended by the API's own server.
  parts.defer(() => api.closeAllConnections());
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
  return url;
}
