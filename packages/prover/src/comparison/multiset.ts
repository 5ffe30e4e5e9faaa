/** Values counted by key. The first value of a key represents all values of that key. */
export class Multiset<Value> {
  readonly #entries = new Map<string, { value: Value; count: number }>();

  constructor(values: Iterable<Value>, keyOf: (value: Value) => string) {
    for (const value of values) {
      const key = keyOf(value);
      const known = this.#entries.get(key);
      if (known === undefined) this.#entries.set(key, { value, count: 1 });
      else known.count += 1;
    }
  }

  countOf(key: string): number {
    return this.#entries.get(key)?.count ?? 0;
  }

  /** The values that this has more often than `other`, each as many times as it has more. */
  minus(other: Multiset<unknown>): Value[] {
    return [...this.#entries].flatMap(([key, { value, count }]) =>
      Array.from({ length: Math.max(0, count - other.countOf(key)) }, () => value),
    );
  }

  equals(other: Multiset<Value>): boolean {
    return this.minus(other).length === 0 && other.minus(this).length === 0;
  }
}
