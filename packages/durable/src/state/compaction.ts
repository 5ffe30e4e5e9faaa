/**
 * Writes a snapshot of a document beside its commits, and switches the head to it. Whatever fails on the way leaves a head
 * that names all that makes up the state [document-2].
 */
import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import type { CollectionData } from '../document/collection-data.ts';
import type { Operation } from '../document/operation.ts';
import { collectionOperations, TreeOperations } from '../document/snapshot-operations.ts';
import { chunkKey, type SnapshotName } from './head-record.ts';
import { Slices } from './slices.ts';
import type { StoredDocument } from './stored-document.ts';

const noParts = { items: [], records: [], requests: [], charges: [] };

/** A commit of the document that changes nothing in it but what `wish` says. */
function commitWish(committer: Committer, document: StoredDocument, wish: StoredDocument['wish']): Promise<void> {
  return committer.submit({
    apply() {
      document.wish = wish;
      const undo = () => {
        document.wish = undefined;
      };
      return { parts: noParts, size: 0, operations: new Map([[document, []]]), undo };
    },
  });
}

/** Answers the size of the snapshot in characters. */
export async function compact(backend: Backend, committer: Committer, document: StoredDocument): Promise<number> {
  await commitWish(committer, document, { kind: 'boundary' });
  const { lastCollectionId } = document.boundary!;
  const found = new Set<CollectionData>();
  try {
    const { name, size } = await writeSnapshot(backend, committer, document, found);
    await commitWish(committer, document, { kind: 'switch', to: name });
    document.collections.sweep(found, lastCollectionId);
    return size;
  } catch (error) {
    document.leaveBoundary();
    throw error;
  }
}

/** Puts what the document holds in memory in place of all that is stored of it. For what is too large for one commit. */
export async function replaceWhole(backend: Backend, committer: Committer, document: StoredDocument): Promise<number> {
  const { name, size } = await writeSnapshot(backend, committer, document, new Set());
  await commitWish(committer, document, { kind: 'replace', to: name });
  return size;
}

async function writeSnapshot(
  backend: Backend,
  committer: Committer,
  document: StoredDocument,
  found: Set<CollectionData>,
): Promise<{ name: SnapshotName; size: number }> {
  const generation = document.snapshot.generation + 1;
  let [chunks, size] = [0, 0];
  for await (const text of chunkTexts(committer, document, snapshotOperations(document, found))) {
    await backend.writeRecord(chunkKey(document.key, generation, chunks), text);
    chunks += 1;
    size += text.length;
  }
  return { name: { generation, chunks }, size };
}

function* snapshotOperations(document: StoredDocument, found: Set<CollectionData>): Generator<Operation> {
  const { groupSize } = document.limits;
  yield* new TreeOperations(groupSize, found).of([], document.box.root);
  for (const data of found) yield* collectionOperations(data, groupSize);
}

/** Each a list of operations. */
async function* chunkTexts(
  committer: Committer,
  document: StoredDocument,
  operations: Generator<Operation>,
): AsyncGenerator<string> {
  const slices = new Slices(committer, document);
  let texts: string[] = [];
  let size = 0;
  for (let isDone = false; !isDone; ) {
    await slices.next((sliceSize) => {
      for (const end = size + sliceSize; size < end; ) {
        const next = operations.next();
        if (next.done === true) {
          isDone = true;
          return;
        }
        const text = JSON.stringify(next.value);
        texts.push(text);
        size += text.length + 1;
      }
    });
    if (size < document.limits.chunkSize && !(isDone && texts.length > 0)) continue;
    yield `[${texts.join(',\n')}]`;
    [texts, size] = [[], 0];
  }
}

/** From the end, so that those that are left go on to be found one after the other. */
export async function deleteChunks(backend: Backend, key: string, { generation, chunks }: SnapshotName): Promise<void> {
  for (let index = chunks - 1; index >= 0; index -= 1) await backend.deleteRecord(chunkKey(key, generation, index));
}
