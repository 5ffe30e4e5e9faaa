import type { Failure } from '@wherry/tiktok';

/** Thrown in a request handler so that Crawlee retries the request. Crawlee stores it as the request's error. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly failure: Failure;

  constructor(failure: Failure, url: string) {
    super(`${url}: ${failure.message} (${failure.kind})`);
    this.failure = failure;
    // Crawlee logs the stack of an error that is not retried. Here the stack says nothing about the site.
    this.stack = `${this.name}: ${this.message}`;
  }
}
