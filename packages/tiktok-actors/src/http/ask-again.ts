import type { Failure } from '@wherry/tiktok';

/** Thrown in a request handler so that Crawlee asks again, and kept by it as the request's error. */
export class AskAgain extends Error {
  override readonly name = 'AskAgain';
  readonly failure: Failure;

  constructor(failure: Failure, url: string) {
    super(`${url}: ${failure.message} (${failure.kind})`);
    this.failure = failure;
    // Crawlee logs the stack of what failed for good. Where this one was thrown says nothing of the site.
    this.stack = `${this.name}: ${this.message}`;
  }
}
