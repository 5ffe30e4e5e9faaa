/** The fields of a request's query and body. */
export class Query {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: Iterable<readonly [string, string]>) {
    this.#fields = new Map(fields);
  }

  text = (name: string): string => this.#fields.get(name) ?? '';

  /** A non-negative integer; `otherwise` for anything else. */
  count(name: string, otherwise = 0): number {
    const text = this.text(name);
    return /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
  }
}

/** The fields of a JSON object, and of JSON objects that are strings in it. */
export function bodyFields(body: string): [string, string][] {
  if (!body.startsWith('{')) return [];
  try {
    return Object.entries(JSON.parse(body) as object).flatMap(([name, value]): [string, string][] => [
      [name, `${value}`],
      ...(typeof value === 'string' ? bodyFields(value) : []),
    ]);
  } catch {
    return [];
  }
}
