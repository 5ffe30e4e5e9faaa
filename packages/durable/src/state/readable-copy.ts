import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { jsonTexts } from '../document/json-texts.ts';
import { readableKey } from './head-record.ts';
import { readableValue } from './readable-value.ts';
import type { StoredDocument } from './stored-document.ts';

/** Apify's limit of a record is 9 MB; the rest is for what takes more than a byte. */
export const maxCopySize = 6_000_000;

/**
 * Writes the state as plain JSON into a record of its own, for people; nothing reads it back. Of a small state the head
 * has the value, which is always the newest; of one above 6 million characters there is no copy.
 */
export async function writeReadableCopy(
  backend: Backend,
  committer: Committer,
  document: StoredDocument,
): Promise<void> {
  if (readableValue(document, []) !== undefined) return;
  const { sliceSize, groupSize } = document.limits;
  const texts = jsonTexts(document.box.root, groupSize);
  let text = '';
  for (let done = false; !done; ) {
    await committer.atRest(() => {
      for (const end = text.length + sliceSize; text.length < end && !done; ) {
        const next = texts.next();
        if (next.done === true) done = true;
        else text += next.value;
      }
    });
    if (text.length > maxCopySize) return;
    await nextTurn();
  }
  await backend.writeRecord(readableKey(document.key), text);
}
