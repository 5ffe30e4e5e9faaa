import type { FastifyInstance } from 'fastify';
import { listAuditLog } from '../../accounts/audit-log.ts';
import { getUser } from '../../accounts/users.ts';
import { Refusal } from '../../shared/errors.ts';
import { integerOf, queryOf, timeOf } from '../query.ts';
import type { UserServices } from '../services.ts';

const maxLimit = 1000;

/** Administrators' route: what was changed by whom, the newest first. */
export function registerAuditLogRoutes(app: FastifyInstance, { database }: UserServices): void {
  app.get('/wherry/v1/audit-log', { config: { access: 'administrator', effect: 'reads' } }, async (request) => {
    const query = queryOf(request);
    const limit = Math.min(integerOf(query, 'limit', 1) ?? 100, maxLimit);
    const listing = {
      userId: query.user ? await idOf(query.user) : null,
      operation: query.operation || null,
      since: timeOf(query, 'since') ?? 0,
      before: integerOf(query, 'before', 0) ?? Number.MAX_SAFE_INTEGER,
      limit,
    };
    const items = await database.read(listAuditLog, listing, request.caller);
    return { data: { items, limit, nextBefore: items.length < limit ? null : items.at(-1)!.sequence } };
  });

  /** Entries outlive their user, so an id that is not known any more is taken as it is. */
  async function idOf(user: string): Promise<string> {
    try {
      return (await database.read(getUser, { address: user }, { kind: 'platform' })).id;
    } catch (error) {
      if (error instanceof Refusal && error.statusCode === 404) return user;
      throw error;
    }
  }
}
