import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import {
  captchas,
  cookieDecliners,
  loginPopupClosers,
  loginPopups,
  type Opening,
  repliesButtons,
  scrollAreas,
} from './page-marks.ts';

const readMark = 'data-read';
const clickMs = 5_000;

/** What a user does on a page so that it loads more. */
export class Gestures {
  readonly #page: Page;
  #lastButton: Locator | undefined;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Clicks one after the other. Resolves with the first that is not there; null if all are. */
  async open(openings: readonly Opening[]): Promise<Opening | null> {
    for (const each of openings) {
      const element = this.#first(each.selectors);
      if (!(await click(element)) && each.isOptional !== true) return each;
    }
    return null;
  }

  /** Scrolls with the pointer over the list. A page that is busy may not react to the wheel. */
  async scroll(): Promise<void> {
    await Promise.race([this.#turnWheel().catch(() => undefined), delay(clickMs)]);
  }

  /** Clicks the first button for replies that is not finished. Resolves with whether there was one. */
  async askForReplies(): Promise<boolean> {
    for (const selector of repliesButtons) {
      const button = this.#page.locator(`${selector}:not([${readMark}])`).first();
      if ((await button.count()) === 0) continue;
      this.#lastButton = button;
      return click(button);
    }
    return false;
  }

  /** All replies of the button that was clicked last have been read. */
  async finishReplies(): Promise<void> {
    await this.#lastButton
      ?.evaluate((element, mark) => element.setAttribute(mark, ''), readMark)
      .catch(() => undefined);
    this.#lastButton = undefined;
  }

  /** Declines cookies, and closes a login popup if it can be closed, as a user does. */
  async closeOverlays(): Promise<void> {
    for (const selectors of [cookieDecliners, loginPopupClosers]) {
      const button = this.#first(selectors);
      if (await button.isVisible()) await click(button);
    }
  }

  showsCaptcha = (): Promise<boolean> => this.#first(captchas).isVisible();

  showsLogin = (): Promise<boolean> => this.#first(loginPopups).isVisible();

  #first = (selectors: readonly string[]): Locator => this.#page.locator(selectors.join(', ')).first();

  async #turnWheel(): Promise<void> {
    const { width, height } = this.#page.viewportSize() ?? { width: 1280, height: 720 };
    const area = this.#first(scrollAreas);
    const box = (await area.isVisible()) ? await area.boundingBox() : null;
    // The visible part of the area.
    const [left, right] = box === null ? [0, width] : [Math.max(0, box.x), Math.min(width, box.x + box.width)];
    const [top, bottom] = box === null ? [0, height] : [Math.max(0, box.y), Math.min(height, box.y + box.height)];
    await this.#page.mouse.move((left + right) / 2, (top + bottom) / 2);
    await this.#page.mouse.wheel(0, 20_000);
  }
}

const click = (button: Locator): Promise<boolean> =>
  button.click({ timeout: clickMs }).then(
    () => true,
    () => false,
  );
