import type { Database } from '../../database/database.ts';
import { type Caller, defineRead } from '../../database/operation.ts';
import { all, type Sql } from '../../database/sql.ts';
import { getStorage } from '../storage-row.ts';
import type { DatasetRow } from './dataset.ts';

/** The most rows and, beyond the first item, bytes that are read in one go, so that a large answer is never whole in memory. */
const maxPageItems = 1000;
const maxPageBytes = 1024 * 1024;

/** A stretch of a dataset in the order of reading: `count` items, of which the first is `first` and the next one beside it. */
interface Stretch {
  readonly datasetId: string;
  readonly first: number;
  readonly count: number;
  readonly desc: boolean;
}

/** Items that a reader wants. They are numbered 0 to `total` - 1, and never change or move. */
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

/** The JSON texts of a page that starts with the stretch's first item; at least one unless the stretch is empty. */
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

const pageOfDataset = defineRead('datasets.page', readPage);

/** Fixes which items an answer has, and reads its first page in the same snapshot. */
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

/** All pages of what was opened. Items that are pushed meanwhile are not in it, so a reader sees whole commits only. */
export async function* pagesOf(
  database: Database,
  caller: Caller,
  { stretch, firstPage }: Pick<OpenedDataset, 'stretch' | 'firstPage'>,
): AsyncGenerator<string[]> {
  let page = firstPage;
  let { first, count } = stretch;
  while (count > 0) {
    // An answer that just ended here would pass for the whole of the dataset.
    if (page.length === 0) throw new Error(`dataset ${stretch.datasetId} was deleted while it was read`);
    yield page;
    first += stretch.desc ? -page.length : page.length;
    count -= page.length;
    if (count > 0) page = await database.read(pageOfDataset, { ...stretch, first, count }, caller);
  }
}
