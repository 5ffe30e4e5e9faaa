/** The site of `site-elsewhere.ts`. It writes its port, and ends when its input does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sitePaths } from '../template-projects.ts';

const held = Promise.withResolvers<void>();
let isHeld = false;

/** The first page links to all; `/hold` is served only once it is released. */
const server = createServer(async (request, response) => {
  const url = request.url ?? '/';
  if (url === '/control/release') held.resolve();
  if (url.startsWith('/control/')) return response.end(String(isHeld));
  if (url === '/hold') {
    isHeld = true;
    await held.promise;
  }
  const links = url === '/' ? sitePaths.map((path) => `<a href="${path}">${path}</a>`).join('') : '';
  response.setHeader('content-type', 'text/html');
  response.end(`<html><head><title>${url}</title></head><body><h1>Heading of ${url}</h1>${links}</body></html>`);
});
server.listen(0, () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());
