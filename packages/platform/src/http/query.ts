import type { FastifyRequest } from 'fastify';

export type Query = Record<string, string | undefined>;

/**
 * The parameters of the URL. One that is given several times is a list, which our APIs write with commas. Read them
 * here only: Fastify's own `request.query` may hold an array where a text is expected.
 */
export function queryOf(request: FastifyRequest): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
}

/** A parameter that is a list. Undefined when it is missing or empty. */
export function listOf(query: Query, name: string): string[] | undefined {
  const text = query[name];
  return text === undefined || text === '' ? undefined : text.split(',').map((each) => each.trim());
}
