/** The browser of this machine for Actors of the process engine. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { browserBuildVariables, browserVariables } from '../src/builds/steps/system-browser.ts';

async function folderWith(...programs: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of programs) await writeFile(path.join(folder, name), '', { mode: 0o755 });
  return folder;
}

test('attempts and builds are told of the browser in the platform’s PATH, a whole one first', async () => {
  const first = await folderWith('chromium-headless-shell');
  const second = await folderWith('chromium');
  const own = { PATH: `${first}:relative:${second}`, HOME: first };
  const browser = path.join(second, 'chromium');
  expect(browserVariables(own)).toMatchObject({
    CRAWLEE_DEFAULT_BROWSER_PATH: browser,
    APIFY_CHROME_EXECUTABLE_PATH: browser,
    PUPPETEER_EXECUTABLE_PATH: browser,
  });
  expect(browserBuildVariables(own)).toEqual({ PUPPETEER_SKIP_DOWNLOAD: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' });
});

test('Playwright keeps the browsers that somebody has installed for it', async () => {
  const folder = await folderWith('chromium');
  await mkdir(path.join(folder, '.cache', 'ms-playwright'), { recursive: true });
  const variables = browserVariables({ PATH: folder, HOME: folder });
  expect(variables).not.toHaveProperty('CRAWLEE_DEFAULT_BROWSER_PATH');
  expect(variables).toHaveProperty('PUPPETEER_EXECUTABLE_PATH');
});

test('without a browser, or without an environment, as for an image, nothing is set', async () => {
  const folder = await folderWith('chrome-of-another-name');
  for (const own of [{ PATH: folder }, {}]) {
    expect(browserVariables(own)).toEqual({});
    expect(browserBuildVariables(own)).toEqual({});
  }
});
