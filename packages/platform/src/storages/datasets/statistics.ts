import { isJsonObject } from '../../shared/json-object.ts';
import type { Item } from './shape.ts';

/** Over the values of numbers, the lengths of strings and arrays, and the numbers of keys of objects. Null for none. */
export interface FieldStatistics {
  min: number | null;
  max: number | null;
  nullCount: number;
  /** How many items lack the field. */
  emptyCount: number;
}

/** Statistics for each field of the dataset's schema, else for each that any item has, from one pass over the items. */
export class DatasetStatistics {
  readonly #fields = new Map<string, FieldStatistics & { present: number }>();
  readonly #isLimited: boolean;
  #itemCount = 0;

  /** `names` are the fields of the schema; null without one. */
  constructor(names: readonly string[] | null) {
    this.#isLimited = names !== null;
    for (const name of names ?? []) this.#fieldOf(name);
  }

  add(item: Item): void {
    this.#itemCount += 1;
    for (const [name, value] of Object.entries(item)) {
      if (this.#isLimited && !this.#fields.has(name)) continue;
      const field = this.#fieldOf(name);
      field.present += 1;
      if (value === null) field.nullCount += 1;
      const size = sizeOf(value);
      if (size === undefined) continue;
      // Apify's documentation of dataset validation: of booleans, the minimum is always 0.
      field.min = typeof value === 'boolean' ? 0 : Math.min(field.min ?? size, size);
      field.max = Math.max(field.max ?? size, size);
    }
  }

  result(): Record<string, FieldStatistics> {
    return Object.fromEntries(
      [...this.#fields].map(([name, { min, max, nullCount, present }]) => [
        name,
        { min, max, nullCount, emptyCount: this.#itemCount - present },
      ]),
    );
  }

  #fieldOf(name: string): FieldStatistics & { present: number } {
    let field = this.#fields.get(name);
    if (field === undefined) {
      field = { min: null, max: null, nullCount: 0, emptyCount: 0, present: 0 };
      this.#fields.set(name, field);
    }
    return field;
  }
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : undefined;
}
