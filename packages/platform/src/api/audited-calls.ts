/** Which calls get an entry in the audit log, and what it says of them. `accounts/audit-log.ts` has the log. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from '../accounts/audit-log.ts';
import type { Identity } from '../accounts/tokens.ts';
import type { AuditedCall } from '../database/operation.ts';
import { newId } from '../shared/ids.ts';
import { type Access, isAudited } from './access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The error type with which the call was refused; undefined while it was not. */
    refusalType: string | undefined;
  }
}

/** The route as docs/security.md names it. */
const operationOf = (method: string, url: string): string =>
  `${method} ${url.replace(/^\/v2\/acts(?=\/|$)/, '/v2/actors').replaceAll(/:(\w+)/g, '{$1}')}`;

/** Undefined for a call that gets no entry. */
export function auditedCallOf(request: FastifyRequest, { caller, username, token }: Identity): AuditedCall | undefined {
  const { config, url = '' } = request.routeOptions;
  if (!isAudited({ method: request.method, url, config }, caller.kind)) return undefined;
  return {
    id: newId(),
    userId: caller.userId,
    username,
    token: token && { id: token.id, name: token.name },
    runId: caller.kind === 'attempt' ? caller.runId : undefined,
    operation: operationOf(request.method, url),
    // The check of a call may put an id in the place of a name, so this is what the caller wrote.
    subject: { ...(request.params as Record<string, string>) },
    address: request.ip,
    isRecorded: false,
  };
}

/** Says what a call makes. To be called before the write that makes it [audit-1]. */
export function noteMade({ caller }: FastifyRequest, id: string): void {
  if ((caller.kind === 'user' || caller.kind === 'attempt') && caller.audited !== undefined) {
    caller.audited.subject.made = id;
  }
}

/**
 * Whether a write of the call is to record it. To open a storage by its name is the same call as to create one, and changes
 * nothing when it is there: what came of it is known afterwards.
 */
export const isRecordedByWrite = ({ routeOptions }: FastifyRequest): boolean =>
  !isStorageCall(routeOptions.config.access);

const isStorageCall = (access: Access | undefined): boolean =>
  typeof access === 'object' && access.attempt === 'createStorage';

/** To be called once the response is sent: records what no write has recorded, and what came of the call [audit-1]. */
export function recordOutcome(log: AuditLog, call: AuditedCall, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode } = reply;
  if (isStorageCall(request.routeOptions.config.access) && statusCode === 200) return;
  const location = reply.getHeader('location');
  const hasNewId = call.subject.made === undefined && statusCode === 201 && typeof location === 'string';
  if (hasNewId) call.subject.made = location.slice(location.lastIndexOf('/') + 1);
  if (call.isRecorded && statusCode < 400 && !hasNewId) return;
  log.add(call, outcomeOf(request, reply));
}

function outcomeOf({ refusalType }: FastifyRequest, { statusCode, raw }: FastifyReply): string {
  if (refusalType !== undefined) return refusalType;
  if (!raw.headersSent) return 'connection-closed';
  return statusCode < 400 ? 'done' : `status-${statusCode}`;
}
