// Opens pages in a browser, which is a tree of processes in a session of its own.
import { chromium } from 'playwright-core';
import { getInput, steps } from './tell.js';

const { site, size } = await getInput();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
await steps(size, async (step) => {
  await page.goto(`${site}/page/${step}`);
  return { title: await page.title() };
});
await browser.close();
process.exit();
