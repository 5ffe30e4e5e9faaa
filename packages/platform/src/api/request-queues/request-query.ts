import type { FastifyRequest } from 'fastify';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import type { RequestFilter } from '../../storages/request-queues/page.ts';
import type { QueueAccess } from '../../storages/request-queues/queue.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, integerOf, numberOf, type Query, queryOf } from '../query.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';

/** What the routes of requests read from a URL. */
export interface QueueCall {
  readonly access: QueueAccess;
  readonly query: Query;
}

const maxClientKeyLength = 32;
/** A lock of more than a year is probably a mistake in the unit. */
const maxLockSecs = 365 * 24 * 3600;

export async function queueCallOf(request: FastifyRequest, { storageOf }: StorageMount): Promise<QueueCall> {
  const query = queryOf(request);
  const { clientKey } = query;
  if (clientKey !== undefined && (clientKey.length < 1 || clientKey.length > maxClientKeyLength)) {
    throw new Refusal(
      400,
      'invalid-client-key',
      `The parameter "clientKey" must have 1 to ${maxClientKeyLength} characters, but has ${clientKey.length}.`,
    );
  }
  return { access: { userId: userIdOf(request), address: await storageOf(request), clientKey }, query };
}

export const requestIdIn = (request: FastifyRequest): string => (request.params as { requestId: string }).requestId;

export const forefrontOf = (query: Query): boolean => booleanOf(query, 'forefront') ?? false;

/** 0 means the default, as in Apify's lists. A limit above `maximum` is reduced to it. */
export function limitOf(query: Query, usual: number, maximum: number): number {
  return Math.min(integerOf(query, 'limit', 0) || usual, maximum);
}

/** How long to lock, in seconds. Fractions are allowed, down to a millisecond. */
export function lockSecsOf(query: Query): number {
  const lockSecs = numberOf(query, 'lockSecs', 0.001);
  if (lockSecs === undefined) throw invalidInput('The parameter "lockSecs" is missing. Say how long to lock.');
  if (lockSecs > maxLockSecs) throw invalidInput(`The parameter "lockSecs" must be at most ${maxLockSecs}.`);
  return lockSecs;
}

export function filterOf(query: Query): RequestFilter[] {
  const names = (query.filter ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => name !== 'locked' && name !== 'pending');
  if (unknown !== undefined) {
    throw invalidInput(
      `The parameter "filter" takes "locked" and "pending", with a comma between them, not "${unknown}".`,
    );
  }
  return [...new Set(names as RequestFilter[])];
}

/** The id after which the page starts; empty for the first page. */
export function pageStartOf(query: Query): string {
  const { cursor, exclusiveStartId } = query;
  if (cursor !== undefined && exclusiveStartId !== undefined) {
    throw invalidInput('Send "cursor" or "exclusiveStartId", not both.');
  }
  return cursor === undefined ? (exclusiveStartId ?? '') : idInCursor(cursor);
}

export const cursorAfter = (requestId: string): string =>
  Buffer.from(JSON.stringify({ requestId })).toString('base64url');

function idInCursor(cursor: string): string {
  try {
    const { requestId } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { requestId?: unknown };
    if (typeof requestId === 'string') return requestId;
  } catch {
    // Refused below, like any other text that is not a cursor.
  }
  throw invalidInput('The parameter "cursor" is not valid. Send the "nextCursor" of the page before, unchanged.');
}
