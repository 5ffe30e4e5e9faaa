import type { Failure } from '@wherry/tiktok';

/** Thrown by the handler of a page, so that the page is read again later. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly failure: Failure;

  constructor(failure: Failure, url: string) {
    super(`${url}: ${failure.message} (${failure.kind})`);
    this.failure = failure;
    // Where it was thrown says nothing about the site.
    this.stack = `${this.name}: ${this.message}`;
  }
}
