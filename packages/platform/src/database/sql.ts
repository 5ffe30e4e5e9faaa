/**
 * Statements as values. An operation on the database is a generator that yields statements and receives their results.
 * The same operation can therefore run synchronously on SQLite and asynchronously on PostgreSQL, inside the transaction
 * that the adapter has opened. Use only SQL that both support; placeholders are `?`.
 */
export type Value = null | number | string | Uint8Array;

export type SqlStatement =
  | { readonly kind: 'one'; readonly sql: string; readonly params: readonly Value[] }
  | { readonly kind: 'all'; readonly sql: string; readonly params: readonly Value[] }
  | { readonly kind: 'exec'; readonly sql: string; readonly params: readonly Value[] }
  | { readonly kind: 'each'; readonly sql: string; readonly rows: readonly (readonly Value[])[] };

/** Encrypts or decrypts a text, since the adapter has the keys of secrets. See `secrets.ts`. */
interface SecretStatement<Kind extends 'seal' | 'unseal'> {
  readonly kind: Kind;
  readonly place: string;
  readonly text: string;
}

export type Statement = SqlStatement | SecretStatement<'seal'> | SecretStatement<'unseal'>;

export type Sql<Result> = Generator<Statement, Result, unknown>;

/** Returns the first row, or undefined. */
export function* one<Row>(sql: string, ...params: Value[]): Sql<Row | undefined> {
  return (yield { kind: 'one', sql, params }) as Row | undefined;
}

export function* all<Row>(sql: string, ...params: Value[]): Sql<Row[]> {
  return (yield { kind: 'all', sql, params }) as Row[];
}

/** Returns the number of changed rows. */
export function* exec(sql: string, ...params: Value[]): Sql<number> {
  return (yield { kind: 'exec', sql, params }) as number;
}

/** Runs one statement once for each row of parameters. */
export function* each(sql: string, rows: readonly (readonly Value[])[]): Sql<void> {
  if (rows.length > 0) yield { kind: 'each', sql, rows };
}
