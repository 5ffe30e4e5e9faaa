import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const sitePageCount = 400;

/** A site to crawl, on a free port of this machine. Each page is the same at each request. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** Every page; each can be reached from the first one by links. */
  readonly pageUrls: readonly string[];
  /** How many different pages were requested. */
  servedPageCount(): number;
}

/**
 * @param host an address of this machine that the crawler reaches
 * @param slowness how many times longer each page takes, for a crawl that must last
 */
export async function startSite(host = '127.0.0.1', slowness = 1): Promise<Site> {
  const served = new Set<number>();
  const server = createServer(async (request, response) => {
    const page = pageOf(request.url ?? '');
    if (page === undefined) return void response.writeHead(404, { 'content-type': 'text/html' }).end('No such page.');
    served.add(page);
    await delay(delayMsOf(page) * slowness);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(htmlOf(page));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url: `${url}/`,
    pageUrls: Array.from({ length: sitePageCount }, (_, page) => url + pathOf(page)),
    servedPageCount: () => served.size,
    [Symbol.asyncDispose]: () => close(server),
  };
}

const pathOf = (page: number): string => (page === 0 ? '/' : `/pages/${page}`);

function pageOf(path: string): number | undefined {
  if (path === '/') return 0;
  const number = Number(/^\/pages\/([1-9]\d{0,5})$/.exec(path)?.[1]);
  return number < sitePageCount ? number : undefined;
}

/** 20 to 40 ms, as of a quick site: the crawl must last long enough to be moved three times. */
const delayMsOf = (page: number): number => 20 + ((page * 13) % 21);

/** A tree, so that every page is reached, with further links between its branches and one to another site. */
export function linksOf(page: number): string[] {
  const below = [1, 2, 3].map((each) => page * 3 + each).filter((each) => each < sitePageCount);
  const across = [(page * 7 + 3) % sitePageCount, (page + 1) % sitePageCount];
  return ['/', ...[...below, ...across].map(pathOf), 'https://example.org/elsewhere'];
}

function htmlOf(page: number): string {
  const links = linksOf(page).map((href) => `<li><a href="${href}">${href}</a></li>`);
  return `<!doctype html><html lang="en"><head><title>Page ${page}</title></head><body>
<h1>Page ${page}</h1><p>This page has ${links.length} links.</p><ul>${links.join('')}</ul></body></html>`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
