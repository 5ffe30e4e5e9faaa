import { chromiumPath } from '../support/browser.ts';

/** What an Actor's image says of its browser. The stand-in site needs no care, so nothing waits between two pages. */
export const browserEnvironment: Readonly<Record<string, string>> = {
  ...(chromiumPath !== undefined && { CRAWLEE_DEFAULT_BROWSER_PATH: chromiumPath }),
  CRAWLEE_DISABLE_BROWSER_SANDBOX: '1',
  CRAWLEE_HEADLESS: '1',
  TIKTOK_PAUSE_MS: '0',
};
