/**
 * Apify's images with Puppeteer and Playwright have a browser, and variables that say where it is. On the process engine it is
 * the browser of this machine, so that Actors that are made for these images find one too.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from './find-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A whole browser comes first, since Actors may want a window. */
const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chromium-headless-shell'];

/** The browser in the platform's PATH; undefined on a machine without one. */
function findBrowser(own: Environment): string | undefined {
  for (const name of names) {
    const file = findProgram(name, own);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Whether somebody has installed Playwright's own browsers, which it then starts. */
const hasPlaywrightBrowsers = ({ HOME }: Environment): boolean =>
  HOME !== undefined && existsSync(path.join(HOME, '.cache', 'ms-playwright'));

/**
 * The variables of an attempt by which Crawlee and Puppeteer find the browser, as Apify's images set them
 * (`apify/apify-actor-docker`; Crawlee's `Configuration`).
 */
export function browserVariables(own: Environment): Record<string, string> {
  const browser = findBrowser(own);
  if (browser === undefined) return {};
  return {
    ...(!hasPlaywrightBrowsers(own) && { CRAWLEE_DEFAULT_BROWSER_PATH: browser, APIFY_DEFAULT_BROWSER_PATH: browser }),
    CRAWLEE_CHROME_EXECUTABLE_PATH: browser,
    APIFY_CHROME_EXECUTABLE_PATH: browser,
    PUPPETEER_EXECUTABLE_PATH: browser,
    // Chromium refuses to run as root with its sandbox.
    ...(process.getuid?.() === 0 && { CRAWLEE_DISABLE_BROWSER_SANDBOX: '1', APIFY_DISABLE_BROWSER_SANDBOX: '1' }),
  };
}

/** The variables of a build that keep the packages from downloading a browser when there is one. */
export function browserBuildVariables(own: Environment): Record<string, string> {
  if (findBrowser(own) === undefined) return {};
  return { PUPPETEER_SKIP_DOWNLOAD: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
}
