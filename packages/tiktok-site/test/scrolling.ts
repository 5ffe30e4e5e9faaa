import {
  advance,
  beginning,
  type Captured,
  type Page as ListPage,
  type Outcome,
  type Position,
  recognise,
} from '@wherry/tiktok';
import { type Browser, chromium, type Page, type Response } from 'playwright-core';
import { chromiumPath } from '../../../test/support/browser.ts';

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export interface Watched<T> {
  readonly kind: string;
  readonly parse: (captured: Captured, asked: Position) => Outcome<ListPage<T>>;
  readonly idOf: (item: T) => string;
  /** Whether a request of this kind is for the list; all are by default. */
  readonly matches?: (url: string) => boolean;
}

/** What a page's own script asks for of one kind of list, read as it comes. */
export class Watcher<T> {
  readonly items: T[] = [];
  readonly failures: string[] = [];
  reason: string | null = null;
  #progress = beginning();
  readonly #watched: Watched<T>;
  #reading: Promise<void> = Promise.resolve();

  constructor(page: Page, watched: Watched<T>) {
    this.#watched = watched;
    page.on('response', (response) => {
      // One after the other, as they came.
      this.#reading = this.#reading.then(() => this.#read(response));
    });
  }

  /** Does something again and again, such as scrolling, until the list is over. */
  async until(act: () => Promise<unknown>, timeoutMs = 90_000): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (this.reason === null && performance.now() < endMs) {
      await act();
      await this.#reading;
    }
  }

  async #read(response: Response): Promise<void> {
    const request = response.request();
    const recognised = recognise(response.url(), request.postData());
    if (recognised?.list.kind !== this.#watched.kind || this.reason !== null) return;
    if (this.#watched.matches?.(response.url()) === false) return;
    const captured = { url: response.url(), statusCode: response.status(), body: await response.text() };
    const outcome = this.#watched.parse(captured, recognised.position);
    if (outcome.kind !== 'found') return void this.failures.push(outcome.kind);
    const step = advance(this.#progress, outcome.value, this.#watched.idOf);
    this.#progress = step.progress;
    this.items.push(...step.items);
    if (step.next.kind !== 'ask') this.reason = step.next.kind;
  }
}

export async function scroll(page: Page): Promise<void> {
  await page.mouse.wheel(0, 20_000);
  await page.waitForTimeout(60);
}

export async function click(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().click();
  await page.waitForTimeout(60);
}
