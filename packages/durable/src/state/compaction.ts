/**
 * Writes a snapshot of a document while commits go on, and then switches the head to it. If any step fails, the head still
 * names all records that make up the state [document-2].
 */
import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import type { CollectionData } from '../document/collection-data.ts';
import type { Operation } from '../document/operation.ts';
import { collectionOperations, TreeOperations } from '../document/snapshot-operations.ts';
import { chunkKey, type SnapshotName } from './head-record.ts';
import { Slices } from './slices.ts';
import type { StoredDocument } from './stored-document.ts';

/** Writes a snapshot and resolves with its size in characters. */
export async function compact(backend: Backend, committer: Committer, document: StoredDocument): Promise<number> {
  await committer.submit(document.snapshotChange({ kind: 'begin' }));
  const used = new Set<CollectionData>();
  try {
    const { name, size } = await writeSnapshot(backend, committer, document, used);
    await committer.submit(document.snapshotChange({ kind: 'switch', to: name, used }));
    return size;
  } catch (error) {
    document.abandonSnapshot();
    throw error;
  }
}

/**
 * Replaces all that is stored of the document by what it holds in memory, for a state that is too large for one commit.
 * Resolves with the size of the snapshot in characters.
 */
export async function replaceWhole(backend: Backend, committer: Committer, document: StoredDocument): Promise<number> {
  const { name, size } = await writeSnapshot(backend, committer, document, new Set());
  await committer.submit(document.snapshotChange({ kind: 'replace', to: name }));
  return size;
}

async function writeSnapshot(
  backend: Backend,
  committer: Committer,
  document: StoredDocument,
  found: Set<CollectionData>,
): Promise<{ name: SnapshotName; size: number }> {
  const generation = document.nextGeneration;
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
  yield* new TreeOperations(groupSize, found).of([], document.root);
  for (const data of found) yield* collectionOperations(data, groupSize);
}

/** The texts of the chunks, each a JSON list of operations. */
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

/** Deletes from the last chunk to the first, so that `deleteUnfinished` still finds the others after a crash. */
export async function deleteChunks(backend: Backend, key: string, { generation, chunks }: SnapshotName): Promise<void> {
  for (let index = chunks - 1; index >= 0; index -= 1) await backend.deleteRecord(chunkKey(key, generation, index));
}
