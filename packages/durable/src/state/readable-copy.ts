import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { jsonTexts } from '../document/json-texts.ts';
import { readableKey } from './head-record.ts';
import { readableValue } from './readable-value.ts';
import { Slices } from './slices.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * A record with the state as plain JSON, for users, for a state that is too large to be written in each commit. A state above
 * `maxReadableCopySize` has none. The copy shows the state at the time of writing. It is never read back.
 */
export class ReadableCopy {
  readonly #backend: Backend;
  readonly #committer: Committer;
  readonly #document: StoredDocument;
  #mayExist: boolean;
  /** The document's `changeCount` when the copy was written; -1 if it is not known. */
  #writtenAfter = -1;
  #refreshing = Promise.resolve();

  constructor(backend: Backend, committer: Committer, document: StoredDocument) {
    this.#backend = backend;
    this.#committer = committer;
    this.#document = document;
    this.#mayExist = !document.headIsReadable;
  }

  /** Brings the copy up to date. If that is impossible, deletes it, since an old copy would be misleading. */
  refresh(): Promise<void> {
    // One refresh at a time, so that the last one writes the newest copy.
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
    const value = await this.#committer.betweenCommits(() => readableValue(document, [], maxExactCopySize));
    return value === undefined ? this.#textInPieces() : JSON.stringify(value);
  }

  /** Commits go on between two pieces, and the later pieces contain their changes. */
  async #textInPieces(): Promise<string | undefined> {
    const { limits, root } = this.#document;
    const slices = new Slices(this.#committer, this.#document);
    const pieces = jsonTexts(root, limits.groupSize);
    let text = '';
    for (let isDone = false; !isDone; ) {
      await slices.next((sliceSize) => {
        for (const end = text.length + sliceSize; text.length < end && !isDone; ) {
          const next = pieces.next();
          isDone = next.done === true;
          text += next.value ?? '';
        }
      });
      if (text.length > limits.maxReadableCopySize) return undefined;
    }
    return text;
  }
}
