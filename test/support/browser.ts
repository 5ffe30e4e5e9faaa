import { existsSync } from 'node:fs';

/** The headless shell comes first: it starts with a third of the processor time of the whole browser. */
const paths = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Undefined on a machine without a browser. */
export const chromiumPath = paths.find((each) => each !== undefined && existsSync(each));

const networkTries = 5;

/**
 * Goes to a page, and again when Chromium gave up because a network interface of the machine has come or gone, as those of
 * containers do in the Docker tests beside.
 */
export async function goTo(page: { goto(url: string): Promise<unknown> }, url: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await page.goto(url);
      return;
    } catch (error) {
      if (tries === networkTries || !String(error).includes('ERR_NETWORK_CHANGED')) throw error;
    }
  }
}
