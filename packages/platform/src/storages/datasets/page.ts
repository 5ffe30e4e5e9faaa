import type { Database } from '../../database/database.ts';
import { type Caller, defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import { Slices } from '../../shared/slices.ts';
import { getStorage } from '../storage-row.ts';
import type { DatasetRow } from './dataset.ts';

/** The most rows of a page. With the limit of bytes below it keeps a large response from being in memory as a whole. */
const maxPageItems = 1000;
const maxPageBytes = 1024 * 1024;

/** Consecutive items of a dataset in the order of reading: `count` items from index `first`, downwards with `desc`. */
interface Stretch {
  readonly datasetId: string;
  readonly first: number;
  readonly count: number;
  readonly desc: boolean;
}

/** The items that a reader asks for. Items are numbered from 0 to `total` - 1, and never change or move. */
export interface Wanted {
  readonly offset: number;
  readonly limit: number;
  readonly desc: boolean;
}

export interface OpenedDataset {
  readonly dataset: DatasetRow;
  readonly stretch: Stretch;
  readonly firstPage: string[];
}

/** Returns the JSON texts of the page at the start of the stretch: at least one, unless the stretch is empty. */
function* readPage({ datasetId, first, count, desc }: Stretch): Sql<string[]> {
  const [bound, order] = desc ? ['<=', 'DESC'] : ['>=', 'ASC'];
  const where = `dataset_id = ? AND item_index ${bound} ? ORDER BY item_index ${order} LIMIT ?`;
  const sizes = yield* all<{ bytes: number }>(
    `SELECT octet_length(json) AS bytes FROM dataset_items WHERE ${where}`,
    datasetId,
    first,
    Math.min(count, maxPageItems),
  );
  const fitting = countFitting(sizes.map((row) => row.bytes));
  const rows = yield* all<{ json: string }>(`SELECT json FROM dataset_items WHERE ${where}`, datasetId, first, fitting);
  return rows.map((row) => row.json);
}

function countFitting(sizes: readonly number[]): number {
  let bytes = 0;
  let count = 0;
  for (const size of sizes) {
    bytes += size;
    if (count > 0 && bytes > maxPageBytes) break;
    count += 1;
  }
  return count;
}

/** Like `readPage`, but returns nothing once the dataset is deleted, since its items go in slices [erasure-2]. */
const pageOfDataset = defineRead('datasets.page', function* (stretch: Stretch) {
  const dataset = yield* one('SELECT 1 FROM datasets WHERE id = ?', stretch.datasetId);
  return dataset === undefined ? [] : yield* readPage(stretch);
});

/** Determines the items of a response, and reads their first page in the same snapshot. */
export const openDataset = defineRead(
  'datasets.open',
  function* (input: { userId: string; address: string; wanted: Wanted; withPage: boolean }): Sql<OpenedDataset> {
    const { wanted } = input;
    const dataset = yield* getStorage<DatasetRow>('datasets', input.userId, input.address);
    const stretch = {
      datasetId: dataset.id,
      first: wanted.desc ? dataset.item_count - 1 - wanted.offset : wanted.offset,
      count: Math.max(0, Math.min(wanted.limit, dataset.item_count - wanted.offset)),
      desc: wanted.desc,
    };
    return { dataset, stretch, firstPage: input.withPage ? yield* readPage(stretch) : [] };
  },
);

/**
 * Yields all pages of an opened dataset, without items that are pushed later: readers see only whole commits. Other work has
 * its turn whenever reading and what is done with the pages have held the event loop for a slice.
 */
export async function* pagesOf(
  database: Database,
  caller: Caller,
  { stretch, firstPage }: Pick<OpenedDataset, 'stretch' | 'firstPage'>,
): AsyncGenerator<string[]> {
  const slices = new Slices();
  let page = firstPage;
  let { first, count } = stretch;
  while (count > 0) {
    // A response that simply ended here would look complete.
    if (page.length === 0) throw new Error(`dataset ${stretch.datasetId} was deleted while it was read`);
    yield page;
    first += stretch.desc ? -page.length : page.length;
    count -= page.length;
    if (count === 0) return;
    if (slices.isOver) await slices.next();
    page = await database.read(pageOfDataset, { ...stretch, first, count }, caller);
  }
}
