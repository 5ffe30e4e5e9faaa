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

export function bodyFields(body: string): [string, string][] {
  if (!body.startsWith('{')) return [];
  try {
    return Object.entries(JSON.parse(body) as object).map(([name, value]) => [name, `${value}`]);
  } catch {
    return [];
  }
}
