import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is in a frame is an Actor's, and no part of the console. */
const options: RunOptions = { iframes: false, resultTypes: ['violations'] };

/** What axe calls serious or critical on a page as it stands: the rule, what it asks for, and where it is broken. */
export async function accessFaults(page: Page): Promise<string[]> {
  // By the browser's debugger, which the page's Content-Security-Policy does not bind.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
    );
}
