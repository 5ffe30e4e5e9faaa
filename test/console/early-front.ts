/**
 * Stands before a platform that does not serve the console yet: serves the built files with the console's Content-Security-Policy,
 * has a session, and passes all other calls on with the token. It goes when the platform does all of that itself.
 */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../packages/console/dist/', import.meta.url));
const nonce = 'bm9uY2Utb2YtdGhlLXRlc3Rz';
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${nonce}'`,
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-src 'self' blob:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const session = { userId: 'me', username: 'developer', role: 'administrator', csrfToken: '', scopes: ['manage'] };

export interface EarlyFront {
  readonly url: string;
  close(): void;
}

export async function startEarlyFront(platform: { readonly url: string; readonly token: string }): Promise<EarlyFront> {
  const headers = { authorization: `Bearer ${platform.token}` };
  const events = await fetch(`${platform.url}/wherry/v1/events`, { headers });
  const hasEvents = events.ok;
  await events.body?.cancel();
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://front');
    if (pathname === '/wherry/v1/session') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: session }));
    } else if (pathname === '/wherry/v1/events' && !hasEvents) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
    } else if (pathname.startsWith('/console/')) void sendFile(pathname.slice('/console/'.length), response);
    else passOn(platform, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function sendFile(name: string, response: http.ServerResponse): Promise<void> {
  response.setHeader('content-security-policy', policy);
  const content = types[path.extname(name)] && (await readFile(path.join(dist, name)).catch(() => undefined));
  if (content) {
    response.setHeader('content-type', types[path.extname(name)]!);
    response.end(content);
    return;
  }
  const page = await readFile(path.join(dist, 'index.html'), 'utf8');
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page.replace(/name="csp-nonce" content=""/, `name="csp-nonce" content="${nonce}"`));
}

function passOn(
  platform: { url: string; token: string },
  request: http.IncomingMessage,
  response: http.ServerResponse,
) {
  const headers = { ...request.headers, authorization: `Bearer ${platform.token}`, host: new URL(platform.url).host };
  const passed = http.request(platform.url + request.url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  response.on('close', () => passed.destroy());
  request.pipe(passed);
}
