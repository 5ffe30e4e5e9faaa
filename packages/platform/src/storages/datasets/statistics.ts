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

/** Statistics for each field that any item has, from one pass over the items. */
export class DatasetStatistics {
  readonly #fields = new Map<string, FieldStatistics & { present: number }>();
  #itemCount = 0;

  add(item: Item): void {
    this.#itemCount += 1;
    for (const [name, value] of Object.entries(item)) {
      const field = this.#fieldOf(name);
      field.present += 1;
      if (value === null) field.nullCount += 1;
      const size = sizeOf(value);
      if (size === undefined) continue;
      field.min = Math.min(field.min ?? size, size);
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
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : undefined;
}
