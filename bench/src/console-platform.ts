/** The built console at a platform of `wherry up`, as a person has it, and browsers that are signed in there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath } from '../../test/support/browser.ts';
import { newFolderOfClone } from './processes.ts';

const program = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

interface Address {
  readonly url: string;
  readonly token: string;
}

export interface ConsolePlatform extends Address, AsyncDisposable {
  readonly browser: Browser;
}

export async function startConsolePlatform(): Promise<ConsolePlatform> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium. Set CHROMIUM_PATH.');
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await newFolderOfClone());
  const commandLine = ['--disable-warning=ExperimentalWarning', program, 'up', '--port', '0', '--data', folder.path];
  const child = spawn(process.execPath, [...commandLine, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(() => end(child));
  const address = await startedBy(child);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  stack.defer(() => browser.close());
  const used = stack.move();
  return { ...address, browser, [Symbol.asyncDispose]: () => used.disposeAsync() };
}

/** A browser that has nothing in its cache. */
export async function signedIn({ browser, url, token }: ConsolePlatform): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } });
  await context.request.post('/wherry/v1/session', { data: { token } });
  return context;
}

async function startedBy(child: ChildProcess): Promise<Address> {
  for await (const line of createInterface({ input: child.stdout! })) {
    // Later output that nobody reads would keep the process from going on.
    queueMicrotask(() => child.stdout!.resume());
    return JSON.parse(line) as Address;
  }
  throw new Error('the platform ended before it was ready');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}
