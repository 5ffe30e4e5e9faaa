import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { repliesButtons } from './source-facts.ts';

const readMark = 'data-read';
const clickMs = 5_000;

/** What a reader does on a page so that it asks for more. */
export class Gestures {
  readonly #page: Page;
  #lastButton: Locator | undefined;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Answers whether there was something to click. */
  async open(selectors: readonly string[]): Promise<boolean> {
    const button = this.#page.locator(selectors.join(', ')).first();
    return button.click({ timeout: clickMs }).then(
      () => true,
      () => false,
    );
  }

  /** A page that is busy may leave a turn of the wheel unanswered. */
  async scroll(): Promise<void> {
    await Promise.race([this.#page.mouse.wheel(0, 20_000).catch(() => undefined), delay(clickMs)]);
  }

  /** Clicks the first button for replies that is not done with. Answers whether there was one. */
  async askForReplies(): Promise<boolean> {
    for (const selector of repliesButtons) {
      const button = this.#page.locator(`${selector}:not([${readMark}])`).first();
      if ((await button.count()) === 0) continue;
      this.#lastButton = button;
      return button.click({ timeout: clickMs }).then(
        () => true,
        () => false,
      );
    }
    return false;
  }

  /** The replies behind the button that was clicked last are read. */
  async finishReplies(): Promise<void> {
    await this.#lastButton
      ?.evaluate((element, mark) => element.setAttribute(mark, ''), readMark)
      .catch(() => undefined);
    this.#lastButton = undefined;
  }

  showsCaptcha(): Promise<boolean> {
    return this.#page
      .locator('.captcha-verify-container, #captcha_container')
      .count()
      .then((count) => count > 0);
  }
}
