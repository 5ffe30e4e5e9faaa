/** What the tests of the console's pages rely on: a page that is at fault fails them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileTexts } from './hostile-texts.ts';

describe.skipIf(chromiumPath === undefined)('the checks of pages', () => {
  let ui: ConsoleUnderTest;
  beforeAll(async () => {
    ui = await startConsole();
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  /** Puts what a faulty page would have into a page that passes. */
  const plant = (html: string) =>
    ui.page.evaluate((text) => document.querySelector('main')!.insertAdjacentHTML('beforeend', text), html);

  test('a page without faults passes all of them', async () => {
    await ui.checkPage('/settings', { shows: 'Settings' });
  });

  test.each([
    ['an image without a text', '<img src="/console/wherry.svg">', /image-alt/],
    ['a text that is too faint', '<p id="faint">faint</p>', /color-contrast/],
  ])('axe finds %s', async (_, html, fault) => {
    await ui.visit('/settings');
    await plant(html);
    await ui.page.evaluate(() => document.getElementById('faint')?.style.setProperty('color', '#bbbbbb'));
    await expect(ui.checkAccess()).rejects.toThrow(fault);
    ui.checkProblems();
  });

  test('something wider than a telephone is found', async () => {
    await ui.visit('/settings');
    await plant(`<p>${'W'.repeat(500)}</p>`);
    await expect(ui.checkNarrow()).rejects.toThrow(/WWWW/);
    ui.checkProblems();
  });

  test.each([
    [
      'an exception',
      () =>
        ui.page.evaluate(
          () =>
            void setTimeout(() => {
              throw new Error('planted');
            }),
        ),
      /planted/,
    ],
    ['an error in the console', () => ui.page.evaluate(() => console.error('planted')), /planted/],
    ['a violation of the policy', () => plant('<p style="color:red">x</p>'), /Content Security Policy/],
    ['a response that is an error', () => ui.page.evaluate(async () => void (await fetch('/v2/no-such'))), /404/],
    ['a text that became an image', () => plant(hostileTexts.image), /Content Security Policy|404|src="x"/],
  ])('%s fails the test', async (_, act, problem) => {
    await ui.visit('/settings');
    await act();
    await expect.poll(() => problemsOf(ui)).toMatch(problem);
  });
});

function problemsOf(ui: ConsoleUnderTest): string {
  try {
    ui.checkProblems();
    return '';
  } catch (error) {
    return String(error);
  }
}
