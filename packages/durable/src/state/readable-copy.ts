import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { readableKey } from './head-record.ts';
import { readableValue } from './readable-value.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * A record with the state as plain JSON, for people, when it is too large to go along in each commit. It is of the moment
 * of its writing, and never read back.
 */
export class ReadableCopy {
  readonly #backend: Backend;
  readonly #committer: Committer;
  readonly #document: StoredDocument;
  #mayExist: boolean;
  /** The change that it was written after; -1 while that is not known. */
  #writtenAfter = -1;

  constructor(backend: Backend, committer: Committer, document: StoredDocument) {
    this.#backend = backend;
    this.#committer = committer;
    this.#document = document;
    this.#mayExist = !document.headIsReadable;
  }

  /** Brings it up to now. A copy that cannot be is deleted, for an old one would mislead. */
  async refresh(): Promise<void> {
    const { changeCount } = this.#document;
    if (changeCount === this.#writtenAfter) return;
    const text = await this.#text();
    const key = readableKey(this.#document.key);
    if (text !== undefined) await this.#backend.writeRecord(key, text);
    else if (this.#mayExist) await this.#backend.deleteRecord(key);
    this.#mayExist = text !== undefined;
    this.#writtenAfter = changeCount;
  }

  async #text(): Promise<string | undefined> {
    const document = this.#document;
    if (document.headIsReadable) return undefined;
    const { maxReadableCopySize } = document.limits;
    const value = await this.#committer.atRest(() => readableValue(document, [], maxReadableCopySize));
    return value === undefined ? undefined : JSON.stringify(value);
  }
}
