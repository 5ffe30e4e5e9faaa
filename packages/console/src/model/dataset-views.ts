/** The views that the schema of a dataset has. Pure. Whatever a schema says is taken as far as it makes sense. */
import type { ItemColumn, ValueFormat } from './item-values.ts';

export interface DatasetView {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly ItemColumn[];
  /** Whether each item has exactly one row. Otherwise the platform has to say which rows there are. */
  readonly isRowPerItem: boolean;
  readonly isNewestFirst: boolean;
}

const formats = ['text', 'number', 'date', 'link', 'boolean', 'image', 'array', 'object'];

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * @param hasEmptyItems whether items of the dataset may be left out by views that skip empty ones
 */
export function viewsOf(schema: unknown, hasEmptyItems: boolean): readonly DatasetView[] {
  return Object.entries(fieldsOf(fieldsOf(schema).views)).map(([id, view]) => {
    const { title, transformation, display } = fieldsOf(view);
    const { unwind, limit, desc, clean, skipEmpty } = fieldsOf(transformation);
    const skips = (clean === true || skipEmpty === true) && hasEmptyItems;
    const isUnwound = textsOf(unwind).length > 0 || textOf(unwind) !== undefined;
    return {
      id,
      title: textOf(title) ?? id,
      columns: columnsOf(fieldsOf(transformation), fieldsOf(fieldsOf(display).properties)),
      isRowPerItem: !skips && !isUnwound && typeof limit !== 'number',
      isNewestFirst: desc !== false,
    };
  });
}

/** In the order of the transformation's fields; else in that of the display's properties. */
function columnsOf({ fields, omit }: Fields, properties: Fields): readonly ItemColumn[] {
  const named = textsOf(fields);
  const left = new Set(textsOf(omit));
  const order = named.length > 0 ? named : Object.keys(properties);
  return order
    .filter((field) => !left.has(field))
    .map((field) => {
      const { label, format } = fieldsOf(properties[field]);
      return { field, label: textOf(label) ?? field, format: formatOf(format) };
    });
}

const formatOf = (format: unknown): ValueFormat | undefined =>
  formats.includes(format as string) ? (format as ValueFormat) : undefined;
