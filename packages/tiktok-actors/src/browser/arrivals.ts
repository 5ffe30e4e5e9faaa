/**
 * What comes of the lists that a page asks for, in the order in which it came.
 *
 * [visit-1] an answer that was given here, and not by the site, is never taken for one of the site's.
 */
import { type Captured, type Failure, failed, type Recognised, recognise } from '@wherry/tiktok';
import type { Page, Request } from 'playwright-core';

export type Arrival =
  | { readonly kind: 'answer'; readonly recognised: Recognised; readonly captured: Captured }
  | { readonly kind: 'detail'; readonly captured: Captured }
  /** The connection broke. */
  | { readonly kind: 'broken'; readonly recognised: Recognised | null; readonly failure: Failure }
  /** [visit-1] the page was shown what it had already, or was told that it may not ask. */
  | { readonly kind: 'shown' | 'declined'; readonly recognised: Recognised };

export interface ArrivalsOptions {
  /** Whether anybody waits for this list. */
  readonly isWanted: (recognised: Recognised) => boolean;
  /** Whether a URL is that of what stands above a list. */
  readonly isDetail: (url: string) => boolean;
  /** What has not come by then is given up. */
  readonly answerMs: number;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #queue: Arrival[] = [];
  readonly #local = new WeakSet<Request>();
  readonly #onTheWay = new Set<Request>();
  #reading: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(page: Page, options: ArrivalsOptions) {
    this.#options = options;
    page.on('request', (request) => this.#begin(request));
    page.on('requestfinished', (request) => this.#read(request, () => this.#arrivalOf(request)));
    page.on('requestfailed', (request) => this.#read(request, async () => this.#failureOf(request)));
  }

  /** Something that was asked for has not come yet. */
  get isWaiting(): boolean {
    return this.#onTheWay.size > 0;
  }

  /** [visit-1]. What becomes of a request that does not go to the site. */
  answeredHere(request: Request, kind: 'shown' | 'declined'): void {
    this.#local.add(request);
    const recognised = recognise(request.url(), request.postData());
    if (recognised !== null) this.#add({ kind, recognised });
  }

  /** The next one; null when none has come for `idleMs`, or, of what is on its way, for `patienceMs`. */
  async next(idleMs: number, patienceMs: number): Promise<Arrival | null> {
    const startMs = performance.now();
    for (;;) {
      const arrival = this.#queue.shift();
      if (arrival !== undefined) return arrival;
      const limitMs = this.isWaiting ? patienceMs : idleMs;
      const leftMs = startMs + limitMs - performance.now();
      if (leftMs <= 0) return null;
      await this.#untilWoken(leftMs);
    }
  }

  #untilWoken(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #isOf(request: Request): boolean {
    const recognised = recognise(request.url(), request.postData());
    return recognised === null ? this.#options.isDetail(request.url()) : this.#options.isWanted(recognised);
  }

  #begin(request: Request): void {
    if (!this.#isOf(request)) return;
    this.#onTheWay.add(request);
    this.#wake?.();
    setTimeout(() => {
      if (this.#onTheWay.delete(request)) this.#add(brokenOf(request, 'it took too long'));
    }, this.#options.answerMs).unref();
  }

  /** One after the other, as they came. */
  #read(request: Request, arrive: () => Promise<Arrival | null>): void {
    if (!this.#onTheWay.has(request)) return;
    this.#reading = this.#reading.then(async () => {
      const arrival = await arrive();
      if (this.#onTheWay.delete(request) && arrival !== null) this.#queue.push(arrival);
      this.#wake?.();
    });
  }

  #add(arrival: Arrival): void {
    this.#queue.push(arrival);
    this.#wake?.();
  }

  #failureOf(request: Request): Arrival | null {
    return this.#local.has(request) ? null : brokenOf(request, 'no answer came');
  }

  async #arrivalOf(request: Request): Promise<Arrival | null> {
    if (this.#local.has(request)) return null;
    const recognised = recognise(request.url(), request.postData());
    try {
      const response = (await request.response())!;
      const captured = { url: response.url(), statusCode: response.status(), body: await response.text() };
      return recognised === null ? { kind: 'detail', captured } : { kind: 'answer', recognised, captured };
    } catch {
      return brokenOf(request, 'no body came');
    }
  }
}

const brokenOf = (request: Request, otherwise: string): Arrival => ({
  kind: 'broken',
  recognised: recognise(request.url(), request.postData()),
  failure: failed('incomplete', `the connection broke: ${request.failure()?.errorText ?? otherwise}`),
});
