import { Slices } from '../../../shared/slices.ts';
import { type Item, isPlain, type Shape, shapeItem } from '../../../storages/datasets/shape.ts';

/** The items that a response is made of. Reading them again gives the same ones, as items never change. */
export interface ItemSource {
  readonly shape: Shape;
  readonly dataset: { readonly id: string; readonly name: string | null };
  /** The address of the items, without parameters. */
  readonly url: string;
  /** Stored items as JSON texts, a page at a time. */
  pages(): AsyncIterable<readonly string[]>;
}

/** The parameters that only some formats have. */
export interface FormatOptions {
  /** Whether the body begins with a byte order mark. Undefined for what is usual: in CSV alone. */
  readonly bom: boolean | undefined;
  readonly delimiter: string;
  readonly skipHeaderRow: boolean;
  /** Whether texts that a spreadsheet would take for formulas are written as plain texts. */
  readonly escapeFormulas: boolean;
  /** Names that XML allows. */
  readonly xmlRoot: string;
  readonly xmlRow: string;
  readonly feedTitle: string | undefined;
  readonly feedDescription: string | undefined;
}

/** How many characters of a response are in memory at once, apart from those of one item. */
export const maxChunkChars = 256 * 1024;

function* shapedItems(page: readonly string[], shape: Shape): Generator<Item> {
  for (const json of page) yield* shapeItem(JSON.parse(json) as Item, shape);
}

/** All items, shaped. Other work has its turn in between, however many items a stored one becomes. */
export async function* eachItem({ pages, shape }: ItemSource): AsyncGenerator<Item> {
  const slices = new Slices();
  for await (const page of pages()) {
    for (const item of shapedItems(page, shape)) {
      yield item;
      if (slices.isOver) await slices.next();
    }
  }
}

/** The texts of all items, some at a time. */
export async function* textsOf(
  { pages, shape }: ItemSource,
  textOf: (item: Item) => string,
): AsyncGenerator<readonly string[]> {
  const slices = new Slices();
  for await (const page of pages()) {
    let texts: string[] = [];
    let chars = 0;
    for (const item of shapedItems(page, shape)) {
      const text = textOf(item);
      texts.push(text);
      chars += text.length;
      if (chars < maxChunkChars && !slices.isOver) continue;
      yield texts;
      texts = [];
      chars = 0;
      await slices.next();
    }
    if (texts.length > 0) yield texts;
  }
}

/** The JSON texts of all items. Items that are sent as they are stored are not parsed. */
export async function* jsonTextsOf(source: ItemSource): AsyncGenerator<readonly string[]> {
  if (!isPlain(source.shape)) return yield* textsOf(source, (item) => JSON.stringify(item));
  for await (const page of source.pages()) {
    if (page.length > 0) yield page;
  }
}
