import type { Backend } from '../backend.ts';
import type { Json } from '../commit.ts';
import { headOf } from './head-record.ts';
import { defaultLimits } from './limits.ts';
import { readableValue } from './readable-value.ts';
import { recover } from './recovery.ts';
import { StoredDocument } from './stored-document.ts';

/**
 * A state of any size as plain JSON, read from outside of its run: of a run that is over, say. It changes nothing.
 * Sets become lists, maps become objects.
 *
 * @param read the record of the run's key-value store that has a key, as JSON; undefined when there is none
 * @returns undefined when there is no state with that key
 * @throws StateVersionError for a format that this release does not know
 * @throws Error when a record is missing that belongs to the state
 */
export async function readStoredState(
  key: string,
  read: (key: string) => Promise<Json | undefined>,
): Promise<Json | undefined> {
  const head = headOf(await read(key), key);
  if (head === undefined) return undefined;
  const document = new StoredDocument(key, head.durable.version, defaultLimits);
  const backend: Pick<Backend, 'readRecord'> = {
    async readRecord(name) {
      const record = await read(name);
      return record === undefined ? undefined : JSON.stringify(record);
    },
  };
  await recover(backend, document, head);
  return readableValue(document, [], Number.POSITIVE_INFINITY);
}
