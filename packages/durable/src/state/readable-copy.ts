import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { jsonTexts } from '../document/json-texts.ts';
import { readableKey } from './head-record.ts';
import { readableValue } from './readable-value.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * A record with the state as plain JSON, for people, when it is too large to go along in each commit. Of a state above
 * `maxReadableCopySize` there is none. It is of the moment of its writing, and never read back.
 */
export class ReadableCopy {
  readonly #backend: Backend;
  readonly #committer: Committer;
  readonly #document: StoredDocument;
  #mayExist: boolean;
  /** The change that it was written after; -1 while that is not known. */
  #writtenAfter = -1;
  #refreshing = Promise.resolve();

  constructor(backend: Backend, committer: Committer, document: StoredDocument) {
    this.#backend = backend;
    this.#committer = committer;
    this.#document = document;
    this.#mayExist = !document.headIsReadable;
  }

  /** Brings it up to now. A copy that cannot be is deleted, for an old one would mislead. */
  refresh(): Promise<void> {
    // One at a time, so that the last one is the newest.
    this.#refreshing = this.#refreshing.catch(() => undefined).then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
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
    const { maxExactCopySize } = document.limits;
    const value = await this.#committer.atRest(() => readableValue(document, [], maxExactCopySize));
    return value === undefined ? this.#textInPieces() : JSON.stringify(value);
  }

  /** Commits have their turn between two pieces, and the later pieces know of them. */
  async #textInPieces(): Promise<string | undefined> {
    const { limits, box } = this.#document;
    const pieces = jsonTexts(box.root, limits.groupSize);
    let text = '';
    for (let isDone = false; !isDone; ) {
      await this.#committer.atRest(() => {
        for (const end = text.length + limits.sliceSize; text.length < end && !isDone; ) {
          const next = pieces.next();
          isDone = next.done === true;
          text += next.value ?? '';
        }
      });
      if (text.length > limits.maxReadableCopySize) return undefined;
      await nextTurn();
    }
    return text;
  }
}
