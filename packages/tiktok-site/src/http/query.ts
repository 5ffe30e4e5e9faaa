/** What a request asks for: the fields of its query and of its body. */
export class Query {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: Iterable<readonly [string, string]>) {
    this.#fields = new Map(fields);
  }

  text = (name: string): string => this.#fields.get(name) ?? '';

  /** A whole number from 0 on; `otherwise` for anything else. */
  count(name: string, otherwise = 0): number {
    const text = this.text(name);
    return /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
  }
}

/** Of a JSON object, and of the JSON objects that are texts in it. */
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
