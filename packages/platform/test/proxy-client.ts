/** Requests through a proxy without a library, and proxies to send them on to, for `proxy*.test.ts`. */
import http from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Server as ProxyServer } from 'proxy-chain';

export interface ProxyAddress {
  readonly hostname: string;
  readonly port: number;
  readonly password: string;
}

export interface ProxyResponse {
  readonly status: number;
  readonly text: string;
}

export const addressOf = (variables: Readonly<Record<string, string>>): ProxyAddress => ({
  hostname: variables.APIFY_PROXY_HOSTNAME!,
  port: Number(variables.APIFY_PROXY_PORT),
  password: variables.APIFY_PROXY_PASSWORD!,
});

const authorization = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Sends a request in absolute form, as clients do for `http:`. */
export async function get(proxy: ProxyAddress, url: string, username = 'auto', method = 'GET'): Promise<ProxyResponse> {
  const { hostname: host, port, password } = proxy;
  const headers = { host: new URL(url).host, 'proxy-authorization': authorization(username, password) };
  const request = http.request({ host, port, path: url, method, headers, agent: false });
  return responseOf(request);
}

/** Sends a request through a tunnel, as clients do for `https:`. A refusal of the tunnel is the response. */
export async function tunnel(proxy: ProxyAddress, url: string, username = 'auto'): Promise<ProxyResponse> {
  const target = new URL(url);
  const socket = await openTunnel(proxy, `${target.hostname}:${target.port}`, username);
  if (!('socket' in socket)) return socket;
  try {
    return await responseOf(http.request(url, { createConnection: () => socket.socket }));
  } finally {
    socket.socket.destroy();
  }
}

export function openTunnel(
  { hostname: host, port, password }: ProxyAddress,
  target: string,
  username = 'auto',
): Promise<{ socket: Socket } | ProxyResponse> {
  const headers = { host: target, 'proxy-authorization': authorization(username, password) };
  const request = http.request({ host, port, method: 'CONNECT', path: target, headers, agent: false });
  return new Promise((resolve, reject) => {
    request.on('connect', (response, socket, head) => {
      if (response.statusCode === 200) return resolve({ socket: socket as Socket });
      let text = head.toString();
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('close', () => resolve({ status: response.statusCode!, text }));
    });
    request.on('error', reject).end();
  });
}

function responseOf(request: http.ClientRequest): Promise<ProxyResponse> {
  return new Promise((resolve, reject) => {
    request.on('response', async (response) => {
      try {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode!, text });
      } catch (error) {
        reject(error as Error);
      }
    });
    request.on('error', reject).end();
  });
}

export interface TestUpstream extends AsyncDisposable {
  readonly url: string;
  /** The user names of the requests, in their order. */
  readonly usernames: readonly string[];
}

/** A proxy to send requests on to, with the password `upstream-secret`. */
export async function startUpstream(): Promise<TestUpstream> {
  const usernames: string[] = [];
  const server = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ username, password }) => {
      usernames.push(username);
      return { requestAuthentication: password !== 'upstream-secret' };
    },
  });
  await server.listen();
  return {
    url: `http://me:upstream-secret@127.0.0.1:${server.port}`,
    usernames,
    [Symbol.asyncDispose]: () => server.close(true),
  };
}

/** A SOCKS5 proxy without authentication (RFC 1928). It counts its connections as `usernames`. */
export async function startSocksUpstream(): Promise<TestUpstream> {
  const usernames: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const isName = request[3] === 3;
        const end = isName ? 5 + request[4]! : 8;
        const host = isName ? request.subarray(5, end).toString() : request.subarray(4, end).join('.');
        usernames.push('');
        const target = connect(request.readUInt16BE(end), host, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          socket.pipe(target).pipe(socket);
        });
        sockets.add(target);
        target.on('error', () => socket.destroy());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    usernames,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
