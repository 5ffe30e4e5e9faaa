/**
 * The responses to a page's requests for lists, in the order of their arrival.
 *
 * [visit-1] A response that this program made, and not the site, is never mistaken for one of the site's.
 */
import { type Captured, type Failure, failed, type Recognised, recognise } from '@wherry/tiktok';
import type { Page, Request } from 'playwright-core';

export type Arrival =
  | { readonly kind: 'response'; readonly recognised: Recognised; readonly captured: Captured }
  | { readonly kind: 'detail'; readonly captured: Captured }
  /** The connection broke. */
  | { readonly kind: 'broken'; readonly recognised: Recognised | null; readonly failure: Failure }
  /** This program served the page a stored response, or blocked its request [visit-1]. */
  | { readonly kind: 'shown' | 'declined'; readonly recognised: Recognised };

export interface ArrivalsOptions {
  /** Whether the visit reads this list. */
  readonly isWanted: (recognised: Recognised) => boolean;
  /** Whether a URL is that of a list's header, for example of the hashtag. */
  readonly isDetail: (url: string) => boolean;
  /** A response that takes longer is given up. */
  readonly responseMs: number;
}

export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #queue: Arrival[] = [];
  readonly #local = new WeakSet<Request>();
  readonly #pending = new Set<Request>();
  #reading: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(page: Page, options: ArrivalsOptions) {
    this.#options = options;
    page.on('request', (request) => this.#begin(request));
    page.on('requestfinished', (request) => this.#read(request, () => this.#arrivalOf(request)));
    page.on('requestfailed', (request) => this.#read(request, async () => this.#failureOf(request)));
  }

  /** Whether a response is pending. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Notes that a request did not go to the site [visit-1]. */
  handledLocally(request: Request, kind: 'shown' | 'declined'): void {
    this.#local.add(request);
    const recognised = recognise(request.url(), request.postData());
    if (recognised !== null) this.#add({ kind, recognised });
  }

  /** The next arrival; null if there was none for `idleMs`, or for `patienceMs` while a response is pending. */
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
    this.#pending.add(request);
    this.#wake?.();
    setTimeout(() => {
      if (this.#pending.delete(request)) this.#add(brokenOf(request, 'it took too long'));
    }, this.#options.responseMs).unref();
  }

  /** Reads responses one after the other, in the order of their arrival. */
  #read(request: Request, arrive: () => Promise<Arrival | null>): void {
    if (!this.#pending.has(request)) return;
    this.#reading = this.#reading.then(async () => {
      const arrival = await arrive();
      if (this.#pending.delete(request) && arrival !== null) this.#queue.push(arrival);
      this.#wake?.();
    });
  }

  #add(arrival: Arrival): void {
    this.#queue.push(arrival);
    this.#wake?.();
  }

  #failureOf(request: Request): Arrival | null {
    return this.#local.has(request) ? null : brokenOf(request, 'there was no response');
  }

  async #arrivalOf(request: Request): Promise<Arrival | null> {
    if (this.#local.has(request)) return null;
    const recognised = recognise(request.url(), request.postData());
    try {
      const response = (await request.response())!;
      const captured = { url: response.url(), statusCode: response.status(), body: await response.text() };
      return recognised === null ? { kind: 'detail', captured } : { kind: 'response', recognised, captured };
    } catch {
      return brokenOf(request, 'there was no body');
    }
  }
}

const brokenOf = (request: Request, otherwise: string): Arrival => ({
  kind: 'broken',
  recognised: recognise(request.url(), request.postData()),
  failure: failed('incomplete', `the connection broke: ${request.failure()?.errorText ?? otherwise}`),
});
