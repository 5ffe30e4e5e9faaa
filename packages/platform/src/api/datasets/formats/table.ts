/**
 * Items as a table, as in CSV, HTML and spreadsheets: a row for each item, a column for each property that any item has, in the
 * order in which they first occur. A table is flat: `{"a":{"b":1}}` has the column `a/b`, as on Apify.
 */
import { type Item, leavesOf, type Shape } from '../../../storages/datasets/shape.ts';
import { eachItem, type ItemSource } from './item-source.ts';

/** Apify's own limits. */
const maxColumns = 2000;
const maxNameChars = 200;

export interface Column {
  readonly path: string;
  /** What stands in the head of the column. */
  readonly name: string;
}

/** A cell: nothing, or a value that is neither an object nor an array. */
export type Cell = string | number | boolean | undefined;

const leavesOfItem = (item: Item): [string, unknown][] =>
  Object.entries(item).flatMap(([field, value]) => leavesOf(field, value, '/'));

/** Reads all items, or as many as it takes to have as many columns as a table may have. */
export async function columnsOf(source: ItemSource): Promise<Column[]> {
  const paths = new Set<string>();
  for await (const item of eachItem(source)) {
    for (const [path] of leavesOfItem(item)) {
      if (paths.size < maxColumns) paths.add(path);
    }
    if (paths.size === maxColumns) break;
  }
  return inOrder([...paths], source.shape).map((path) => ({ path, name: path.slice(0, maxNameChars).toWellFormed() }));
}

/** `fields` gives the columns an order that does not depend on the items. */
function inOrder(paths: string[], { fields, outputFields = fields }: Shape): string[] {
  if (outputFields === undefined) return paths;
  const placeOf = (path: string) => {
    const place = outputFields.findIndex((field) => path === field || path.startsWith(`${field}/`));
    return place === -1 ? outputFields.length : place;
  };
  const places = new Map(paths.map((path) => [path, placeOf(path)]));
  return paths.sort((a, b) => places.get(a)! - places.get(b)!);
}

/** The cells of an item, one for each column. */
export function cellsOf(item: Item, columns: readonly Column[]): Cell[] {
  const leaves = new Map(leavesOfItem(item));
  return columns.map(({ path }) => {
    const value = leaves.get(path);
    return value === null || typeof value === 'object' ? undefined : (value as Cell);
  });
}

/** How the texts begin that spreadsheets take for formulas. Source: OWASP, "CSV Injection". */
const formula = /^[=+\-@\t\r]/;

/** The text of a cell where spreadsheets do not know its type. A negative number begins with "-" and is no formula. */
export function cellText(cell: Cell, escapeFormulas: boolean): string {
  if (cell === undefined) return '';
  return escapeFormulas && typeof cell === 'string' && formula.test(cell) ? `'${cell}` : String(cell);
}
