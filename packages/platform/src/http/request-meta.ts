import type { FastifyRequest } from 'fastify';
import type { RunMeta } from '../runs/run-record.ts';

/** What a client may say of itself: the Apify CLI does. Who an Actor is, or a schedule, its token tells. */
const claimable = ['DEVELOPMENT', 'WEB', 'API', 'TEST', 'CLI', 'CI', 'MCP'];

/** How a run or a build was asked for. */
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
  const claim = String(request.headers['x-apify-request-origin'] ?? '').toUpperCase();
  return claimable.includes(claim) ? claim : 'API';
}
