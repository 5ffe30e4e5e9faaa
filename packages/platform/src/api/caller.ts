import type { FastifyRequest } from 'fastify';
import type { RunMeta } from '../runs/operations/run-details.ts';
import { Refusal } from '../shared/errors.ts';

/** The user on whose behalf a request is made; an attempt acts for its run's owner. */
export function userIdOf(request: FastifyRequest): string {
  if (request.caller.kind === 'platform') throw new Error('the platform itself makes no HTTP requests');
  return request.caller.userId;
}

/** The origins that a client may claim, as the Apify CLI does. An Actor or a schedule is recognized by its token. */
const claimable = ['DEVELOPMENT', 'WEB', 'API', 'TEST', 'CLI', 'CI', 'MCP'];

/** How a run or a build was requested. */
export function metaOf(request: FastifyRequest): RunMeta {
  const userAgent = request.headers['user-agent'];
  return {
    origin: originOf(request),
    clientIp: request.ip,
    ...(userAgent !== undefined && { userAgent }),
  };
}

function originOf(request: FastifyRequest): string {
  if (request.caller.kind === 'attempt') return 'ACTOR';
  if (request.knownOrigin !== undefined) return request.knownOrigin;
  const claim = String(request.headers['x-apify-request-origin'] ?? '').toUpperCase();
  return claimable.includes(claim) ? claim : 'API';
}

/** Checks the header's value. @throws Refusal 400 `invalid-idempotency-key` when it is empty, too long or repeated. */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && header.length > 0 && header.length <= 256) return header;
  throw new Refusal(400, 'invalid-idempotency-key', 'The header Idempotency-Key takes one key of 1 to 256 characters.');
}
