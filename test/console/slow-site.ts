import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A site whose pages take their time, so that a crawl of it can be looked at and moved. */
export interface SlowSite extends AsyncDisposable {
  readonly url: string;
}

/** @param pages how many there are; the first one links to all others */
export async function startSlowSite(pages: number, pageMs: number): Promise<SlowSite> {
  const links = Array.from({ length: pages - 1 }, (_, page) => `<a href="/pages/${page + 1}">${page + 1}</a>`).join(
    ' ',
  );
  const server = http.createServer(async (request, response) => {
    if (request.url !== '/') await delay(pageMs);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<title>${request.url}</title><h1>${request.url}</h1>${request.url === '/' ? links : ''}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
