/** The built console at a platform of `wherry up`, as a person has it, and browsers that are signed in there. */
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { startLive } from '../../packages/cli/test/live-platform.ts';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath } from '../../test/support/browser.ts';
import { newFolderOfClone } from './processes.ts';

export interface ConsolePlatform extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly browser: Browser;
}

export async function startConsolePlatform(): Promise<ConsolePlatform> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium. Set CHROMIUM_PATH.');
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await newFolderOfClone());
  const { url, token } = stack.use(await startLive(folder.path));
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  stack.defer(() => browser.close());
  const used = stack.move();
  return { url, token, browser, [Symbol.asyncDispose]: () => used.disposeAsync() };
}

/** A browser that has nothing in its cache. */
export async function signedIn({ browser, url, token }: ConsolePlatform): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 } });
  await context.request.post('/wherry/v1/session', { data: { token } });
  return context;
}
