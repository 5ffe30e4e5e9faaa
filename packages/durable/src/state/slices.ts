import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Committer } from '../committer.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * Long work over a document in slices between its commits, when its collections hold nothing that may be taken back. A
 * slice is twice as large as what the commits have brought since the last one, so that what grows is caught up with.
 */
export class Slices {
  readonly #committer: Committer;
  readonly #document: StoredDocument;
  #logSize: number;

  constructor(committer: Committer, document: StoredDocument) {
    this.#committer = committer;
    this.#document = document;
    this.#logSize = document.logSize;
  }

  async next(work: (sliceSize: number) => void): Promise<void> {
    await this.#committer.betweenCommits(() => {
      const { logSize, limits } = this.#document;
      const brought = logSize - this.#logSize;
      this.#logSize = logSize;
      work(Math.max(limits.sliceSize, 2 * brought));
    });
    // Commits, answers and the program's own work come first.
    await nextTurn();
  }
}
