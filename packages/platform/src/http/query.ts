import type { FastifyRequest } from 'fastify';
import type { Query } from './envelope.ts';

/** The parameters of the URL. One that is given several times is a list, which our APIs write with commas. */
export function queryOf(request: FastifyRequest): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
}
