import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tokenRefusal, tokenScopes } from '../../accounts/token-limits.ts';
import { createToken, listTokens, newToken, removeToken, rotateToken } from '../../accounts/token-management.ts';
import { hashToken } from '../../accounts/tokens.ts';
import { getUser } from '../../accounts/users.ts';
import type { TokenLimits, TokenScope } from '../../database/operation.ts';
import { findReachedActor, findReachedRun } from '../../runs/operations/run-permissions.ts';
import { invalidInput, notFound, Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { findReachedStorage } from '../../storages/storage-permissions.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { UserServices } from '../services.ts';

interface NewTokenBody {
  readonly name: string;
  /** The id or the name of the user; the caller unless given. */
  readonly user?: string;
  readonly scopes?: readonly TokenScope[];
  readonly resources?: Partial<NonNullable<TokenLimits['resources']>> | null;
  readonly startsFull?: boolean;
  /** ISO 8601. */
  readonly expiresAt?: string | null;
}

const names = { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 200 } };
const checkNewToken = bodyChecker<NewTokenBody>({
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 100 },
    user: { type: 'string', minLength: 1 },
    scopes: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: [...tokenScopes] } },
    resources: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      properties: { actors: names, storages: names, runs: names },
    },
    startsFull: { type: 'boolean' },
    expiresAt: { type: 'string', nullable: true },
  },
});

/** The tokens of the user, and for administrators those of other users. */
export function registerTokenRoutes(app: FastifyInstance, services: UserServices): void {
  const { database, tokens } = services;
  const tokenOf = (request: FastifyRequest) => ({
    // Administrators may name a token of any user.
    userId: isAdministrator(request) ? null : userIdOf(request),
    tokenId: (request.params as { tokenId: string }).tokenId,
  });

  app.get('/wherry/v1/tokens', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const { user } = queryOf(request);
    const userId = user === '*' && isAdministrator(request) ? null : await ownerIdOf(services, request, user);
    return { data: { items: await database.read(listTokens, { userId }, request.caller) } };
  });

  app.post('/wherry/v1/tokens', { config: { access: 'user', effect: 'savesState' } }, async (request, reply) => {
    const body = checkNewToken(request.body);
    const userId = await ownerIdOf(services, request, body.user);
    const { name, scopes = ['manage'], startsFull = false } = body;
    const expiresAt = expiryOf(body.expiresAt);
    checkLastsNoLonger(request, expiresAt);
    const resources = await resourcesOf(services, userId, body.resources);
    const token = newToken();
    const made = { id: newId(), userId, tokenHash: hashToken(token), name, scopes, resources, startsFull, expiresAt };
    noteMade(request, made.id);
    const described = await database.write(createToken, made, request.caller);
    reply.code(201).header('cache-control', 'no-store');
    return { data: { ...described, token } };
  });

  app.post(
    '/wherry/v1/tokens/:tokenId/rotate',
    { config: { access: 'user', effect: 'savesState' } },
    async (request, reply) => {
      const token = newToken();
      const input = { ...tokenOf(request), tokenHash: hashToken(token) };
      const described = await database.write(rotateToken, input, request.caller);
      // [token-4]
      tokens.forgetAll();
      reply.header('cache-control', 'no-store');
      return { data: { ...described, token } };
    },
  );

  app.delete('/wherry/v1/tokens/:tokenId', { config: { access: 'user', effect: 'savesState' } }, async (request) => {
    const described = await database.write(removeToken, tokenOf(request), request.caller);
    tokens.forgetAll();
    return { data: described };
  });
}

const isAdministrator = ({ identity }: FastifyRequest): boolean => identity?.role === 'administrator';

/** @throws Refusal 403 when a member names another user, whether or not there is one; 404 */
async function ownerIdOf({ database }: UserServices, request: FastifyRequest, named: string | undefined) {
  const own = userIdOf(request);
  if (named === undefined || named === '' || named === 'me' || named === own) return own;
  if (!isAdministrator(request)) {
    throw new Refusal(
      403,
      'insufficient-permissions',
      'Only an administrator may name another user. Nothing was changed.',
    );
  }
  return (await database.read(getUser, { address: named }, request.caller)).id;
}

function expiryOf(text: string | null | undefined): number | null {
  if (text === undefined || text === null) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidInput(`"expiresAt" must be a time such as 2027-01-31T00:00:00Z, not "${text}".`);
  return time;
}

/** [token-3] Otherwise a token with an end could give itself a successor without one. */
function checkLastsNoLonger({ identity }: FastifyRequest, expiresAt: number | null): void {
  const own = identity?.token?.expiresAt ?? null;
  if (own === null || (expiresAt !== null && expiresAt <= own)) return;
  throw tokenRefusal(`make one that lasts longer than itself, until ${new Date(own).toISOString()}`);
}

const storageTables = ['datasets', 'key_value_stores', 'request_queues'] as const;

/** The ids of what a token is to be limited to. @throws Refusal 404 for what the user does not have */
async function resourcesOf(
  { database }: UserServices,
  userId: string,
  named: NewTokenBody['resources'],
): Promise<TokenLimits['resources']> {
  if (named === undefined || named === null) return null;
  const { actors = [], storages = [], runs = [] } = named;
  const owner = { kind: 'user', userId } as const;
  const findActor = (actor: string) => database.read(findReachedActor, { userId, actor, need: 'read' }, owner);
  const findRun = (runId: string) =>
    database.read(findReachedRun, { address: { kind: 'id', userId, runId }, need: 'read' }, owner);
  const findStorages = async (address: string) => {
    const found = await Promise.allSettled(
      storageTables.map((table) => database.read(findReachedStorage, { userId, table, address, need: 'read' }, owner)),
    );
    const ids = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (ids.length === 0) throw notFound('Storage', address);
    // Storages of different kinds may have one name.
    return ids;
  };
  return {
    actors: await Promise.all(actors.map(findActor)),
    storages: (await Promise.all(storages.map(findStorages))).flat(),
    runs: await Promise.all(runs.map(findRun)),
  };
}
