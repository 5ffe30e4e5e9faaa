import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { ensureConsoleBuilt } from '../../../scripts/build-console.mjs';
import { chromiumPath } from '../../../test/support/browser.ts';
import { atMost, type Benchmark } from '../benchmark.ts';
import { newFolder } from '../processes.ts';
import { median } from '../rounds.ts';

const program = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url));

/** What a browser loads to show the console's first page, and when that page is ready. */
export const consoleLoad: Benchmark = {
  name: 'console',
  about: "the console's first load: its compressed size, and the time until its first page is ready",
  async run({ quick }) {
    if (chromiumPath === undefined) throw new Error('There is no Chromium. Set CHROMIUM_PATH.');
    if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
    await using folder = await newFolder();
    await using platform = await startPlatform(folder.path);
    const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    try {
      const visits: Visit[] = [];
      for (let round = 0; round < (quick ? 3 : 15); round += 1) visits.push(await visit(browser, platform));
      const bytes = await Promise.all(visits[0]!.files.map(compressedBytes));
      const kilobytes = bytes.reduce((sum, each) => sum + each, 0) / 1024;
      const readyMs = median(visits.map((each) => each.readyMs));
      return [
        { what: 'first load, by gzip', value: kilobytes, unit: 'KB', goals: [atMost(kilobytes, 250, '250 KB')] },
        { what: 'the overview is ready', value: readyMs, unit: 'ms', goals: [atMost(readyMs, 1000, '1 s')] },
      ];
    } finally {
      await browser.close();
    }
  },
};

interface Address {
  readonly url: string;
  readonly token: string;
}

async function startPlatform(dataFolder: string): Promise<Address & AsyncDisposable> {
  const commandLine = ['--disable-warning=ExperimentalWarning', program, 'up', '--port', '0', '--data', dataFolder];
  const child = spawn(process.execPath, [...commandLine, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { ...(await startedBy(child)), [Symbol.asyncDispose]: () => end(child) };
}

async function startedBy(child: ChildProcess): Promise<Address> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as Address;
  throw new Error('the platform ended before it was ready');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

interface Visit {
  /** What was loaded of the console itself. */
  readonly files: readonly string[];
  /** From the navigation until the page has its data, and takes clicks. */
  readonly readyMs: number;
}

/** A browser that has nothing in its cache. */
async function visit(browser: Browser, { url, token }: Address): Promise<Visit> {
  const context = await browser.newContext({ baseURL: url });
  try {
    await context.request.post('/wherry/v1/session', { data: { token } });
    const page = await context.newPage();
    const files: string[] = [];
    page.on('request', (request) => request.url().startsWith(`${url}/console/`) && files.push(request.url()));
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
