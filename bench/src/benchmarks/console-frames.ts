import { ApifyClient } from 'apify-client';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { signedIn, startConsolePlatform } from '../console-platform.ts';
import { deploy } from '../deployment.ts';
import { median, percentile } from '../rounds.ts';

/** Prints `count` lines, 1,000 at a time. */
const printer = `
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store } = process.env;
const response = await fetch(url + '/v2/key-value-stores/' + store + '/records/INPUT', { headers: { authorization: 'Bearer ' + token } });
const { count } = await response.json();
for (let first = 1; first <= count; first += 1000) {
  const lines = Array.from({ length: 1000 }, (_, n) => '\\u001b[32mINFO\\u001b[39m  line ' + (first + n) + ' of many');
  await new Promise((resolve) => process.stdout.write(lines.join('\\n') + '\\n', resolve));
}`;

/** What the browser by itself needs for a frame on this machine. */
const plainPage = `data:text/html,${encodeURIComponent('<p>A line of text.</p>'.repeat(2000))}`;

const frameGoalMs = 50;
const rowPx = 34;

/** How long the console's frames last while one scrolls what is long, and zooms into what is crowded. */
export const consoleFrames: Benchmark = {
  name: 'console-frames',
  about: 'frames of the console: 1,000,000 items, a log of 100,000 lines, 1,000 attempts; beside a page of text',
  async run({ quick }) {
    const most = quick
      ? { items: 50_000, lines: 10_000, frames: 60 }
      : { items: 1_000_000, lines: 100_000, frames: 300 };
    await using platform = await startConsolePlatform();
    const client = new ApifyClient({ baseUrl: platform.url, token: platform.token });
    const context = await signedIn(platform);
    const measure = (path: string, what: string, step: Step) =>
      framesOf(context, path, { what, step, count: most.frames });
    const datasetId = await fill(client, most.items);
    const runId = await print(client, most.lines);
    const items = `/console/datasets/${datasetId}`;
    const log = `/console/runs/${runId}?tab=log`;
    await routeAttempts(context, runId);
    const measured = [
      await measure(plainPage, 'a page of text', { kind: 'scroll', selector: 'html', px: 60 }),
      await measure(items, 'items, 3 rows a frame', { kind: 'scroll', selector: '[role=grid]', px: 3 * rowPx }),
      await measure(items, 'items, a page a frame', { kind: 'scroll', selector: '[role=grid]', px: 20 * rowPx }),
      await measure(items, 'items, the scroll bar dragged', { kind: 'drag', selector: '[role=grid]' }),
      await measure(log, 'log, 3 lines a frame', { kind: 'scroll', selector: 'section[tabindex]', px: 60 }),
      await measure(log, 'log, a page a frame', { kind: 'scroll', selector: 'section[tabindex]', px: 600 }),
      await measure(log, 'log, the scroll bar dragged', { kind: 'drag', selector: 'section[tabindex]' }),
      await framesOf(context, `/console/runs/${runId}`, {
        what: '1,000 attempts, zoomed',
        step: { kind: 'zoom' },
        count: 60,
      }),
    ];
    return measured.flatMap(figuresOf);
  },
};

async function fill(client: ApifyClient, count: number): Promise<string> {
  const { id } = await client.datasets().getOrCreate('many');
  const most = Math.min(count, 50_000);
  for (let first = 0; first < count; first += most) {
    const items = Array.from({ length: most }, (_, n) => ({
      url: `https://example.com/products/${first + n}`,
      title: `Product ${first + n}`,
      price: (first + n) % 977,
      inStock: n % 3 > 0,
      image: { width: 640, height: 480 },
      seenAt: '2026-01-31T12:00:00.000Z',
    }));
    await client.dataset(id).pushItems(items);
  }
  return id;
}

async function print(client: ApifyClient, count: number): Promise<string> {
  const actorId = await deploy(client, 'printer', printer);
  const { id } = await client.actor(actorId).call({ count }, { log: null });
  return id;
}

/** A thousand moves take hours: the page is given what the API would return after them. */
async function routeAttempts(context: BrowserContext, runId: string): Promise<void> {
  const start = Date.UTC(2026, 0, 31);
  const at = (index: number, ms = 0) => new Date(start + index * 60_000 + ms).toISOString();
  const server = (index: number) => `local-${1 + (index % 4)}`;
  const attempts = Array.from({ length: 1000 }, (_, index) => ({
    ...{ number: index + 1, serverId: server(index), phase: 'ended', reason: index === 0 ? 'start' : 'migration' },
    ...{ createdAt: at(index, -3000), arrivedAt: at(index, -900), activatedAt: at(index), fencedAt: at(index + 1) },
    endedAt: at(index + 1, 2000),
    exitCode: 0,
  }));
  const handoffs = attempts.slice(1).map(({ number }) => ({
    ...{ id: `handoff${number}`, runId, from: server(number - 2), to: server(number - 1), fromAttempt: number - 1 },
    ...{ toAttempt: number, mode: 'warm', reason: 'migration', phase: 'done', outcome: 'moved' },
    ...{ requestedAt: at(number - 1, -3000), drainStartedAt: at(number - 1, -800), fencedAt: at(number - 1) },
    ...{ firstCallAt: at(number - 1, 20), drainMs: 800, downtimeMs: 90 },
  }));
  const samples = Array.from({ length: 2000 }, (_, index) => ({
    ...{ at: at(index / 2), attempt: 1 + (index >> 1), inFlightRequests: index % 7 },
    ...{ memoryBytes: 2 ** 27 + (index % 50) * 2 ** 20, cpuPercent: index % 100 },
  }));
  const answers = {
    attempts: { items: attempts },
    handoffs: { items: handoffs },
    samples: { everyMs: 30_000, items: samples },
  };
  for (const [name, data] of Object.entries(answers))
    await context.route(`**/wherry/v1/runs/${runId}/${name}`, (route) => route.fulfill({ json: { data } }));
}

type Step =
  | { readonly kind: 'scroll'; readonly selector: string; readonly px: number }
  /** Through all of it, and back. */
  | { readonly kind: 'drag'; readonly selector: string }
  | { readonly kind: 'zoom' };

interface Measured {
  readonly what: string;
  /** From one frame to the next, as the page sees them. */
  readonly frameMs: readonly number[];
  /** What the page's main thread worked, all frames together. */
  readonly workedMs: number;
}

async function framesOf(
  context: BrowserContext,
  path: string,
  { what, step, count }: { readonly what: string; readonly step: Step; readonly count: number },
): Promise<Measured> {
  const page = await context.newPage();
  try {
    await page.goto(path);
    await readyFor(page, step);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable');
    const before = await workedBy(devtools);
    const frameMs = await page.evaluate(drawFrames, { step, count });
    return { what, frameMs, workedMs: (await workedBy(devtools)) - before };
  } finally {
    await page.close();
  }
}

async function readyFor(page: Page, step: Step): Promise<void> {
  const selector = step.kind === 'zoom' ? '[role=slider]' : step.selector;
  await page.locator(selector).first().waitFor();
  // What was just loaded is still being drawn; the stream of changes stays open, so the network is never idle.
  await page.waitForTimeout(2000);
}

async function workedBy(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

/** In the browser: makes a step in each frame, and returns how long each frame lasted. */
const drawFrames = ({ step, count }: { step: Step; count: number }) =>
  new Promise<number[]>((resolve) => {
    const frameMs: number[] = [];
    const element =
      'selector' in step ? document.querySelector(step.selector)! : document.querySelector('[role=slider]');
    if (step.kind === 'scroll') element!.scrollTop = 0;
    let [last, index] = [0, 0];
    const frame = (now: number) => {
      if (last > 0) frameMs.push(now - last);
      last = now;
      index += 1;
      if (frameMs.length === count) return resolve(frameMs);
      const part = index / count;
      if (step.kind === 'scroll') element!.scrollTop += step.px;
      else if (step.kind === 'drag')
        element!.scrollTop = element!.scrollHeight * (part < 0.5 ? 2 * part : 2 - 2 * part);
      else if (step.kind === 'zoom') {
        const key = part < 0.5 ? '+' : '-';
        element!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

function figuresOf({ what, frameMs, workedMs }: Measured): Figure[] {
  const [longest, p99] = [Math.max(...frameMs), percentile(frameMs, 0.99)];
  return [
    { what: `${what}: median`, value: median(frameMs), unit: 'ms', goals: [] },
    { what: `${what}: 99th percentile`, value: p99, unit: 'ms', goals: [] },
    {
      what: `${what}: longest`,
      value: longest,
      unit: 'ms',
      goals: [atMost(longest, frameGoalMs, `${frameGoalMs} ms`)],
    },
    { what: `${what}: main thread, a frame`, value: workedMs / frameMs.length, unit: 'ms', goals: [] },
  ];
}
