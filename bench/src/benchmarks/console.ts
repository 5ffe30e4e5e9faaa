import { once } from 'node:events';
import http from 'node:http';
import { atMost, type Benchmark } from '../benchmark.ts';
import { type ConsolePlatform, signedIn, startConsolePlatform } from '../console-platform.ts';
import { median } from '../rounds.ts';

/** What a browser loads to show the console's first page, and when that page is ready. */
export const consoleLoad: Benchmark = {
  name: 'console',
  about: "the console's first load: its compressed size, and the time until its first page is ready",
  async run({ quick }) {
    await using platform = await startConsolePlatform();
    const visits: Visit[] = [];
    for (let round = 0; round < (quick ? 3 : 15); round += 1) visits.push(await visit(platform));
    const bytes = await Promise.all(visits[0]!.files.map(compressedBytes));
    const kilobytes = bytes.reduce((sum, each) => sum + each, 0) / 1024;
    const readyMs = median(visits.map((each) => each.readyMs));
    return [
      { what: 'first load, by gzip', value: kilobytes, unit: 'KB', goals: [atMost(kilobytes, 250, '250 KB')] },
      { what: 'the overview is ready', value: readyMs, unit: 'ms', goals: [atMost(readyMs, 1000, '1 s')] },
    ];
  },
};

interface Visit {
  /** What was loaded of the console itself. */
  readonly files: readonly string[];
  /** From the navigation until the page has its data, and takes clicks. */
  readonly readyMs: number;
}

async function visit(platform: ConsolePlatform): Promise<Visit> {
  const context = await signedIn(platform);
  try {
    const page = await context.newPage();
    const files: string[] = [];
    page.on('request', (request) => request.url().startsWith(`${platform.url}/console/`) && files.push(request.url()));
    await page.goto('/console/');
    const readyMs = await page.evaluate(whenReady);
    return { files, readyMs };
  } finally {
    await context.close();
  }
}

/** In the browser: the page's clock once the overview's figures are there, and the main thread is free. */
const whenReady = () =>
  new Promise<number>((resolve) => {
    const look = () => {
      const isReady = document.querySelector('main dl:not([aria-busy]) dd') !== null;
      if (isReady) setTimeout(() => resolve(performance.now()), 0);
      else requestAnimationFrame(look);
    };
    look();
  });

async function compressedBytes(url: string): Promise<number> {
  const request = http.get(url, { headers: { 'accept-encoding': 'gzip' } });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let bytes = 0;
  for await (const part of response) bytes += (part as Buffer).length;
  return bytes;
}
