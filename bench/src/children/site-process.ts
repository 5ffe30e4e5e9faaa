import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from './serve.ts';

/** How many next pages each page links to: enough work for a crawler, while the queue stays short. */
const linkCount = 10;
const delayMs = 5;

const pageCount = Number(process.argv[2]);
/** An address of this machine that the crawler reaches. */
const host = process.argv[3] ?? '127.0.0.1';

function htmlOf(page: number): string {
  const next = Array.from({ length: linkCount }, (_, index) => page + 1 + index).filter((each) => each < pageCount);
  const links = next.map((each) => `<li><a href="/pages/${each}">Page ${each}</a></li>`);
  return `<!doctype html><html lang="en"><head><title>Page ${page}</title></head><body>
<h1>Page ${page}</h1><p>${'Some words to read. '.repeat(50)}</p><ul>${links.join('')}</ul></body></html>`;
}

let served = 0;

const server = createServer(async (request, response) => {
  const page = Number(/^\/pages\/(\d{1,9})$/.exec(request.url!)?.[1]);
  await delay(delayMs);
  if (!(page < pageCount)) response.writeHead(404).end();
  else {
    served += 1;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(htmlOf(page));
  }
});

/** Returns how many pages were served. */
server.listen(0, host, () => {
  serve(`http://${host}:${(server.address() as AddressInfo).port}/pages/0`, async () => served);
});
