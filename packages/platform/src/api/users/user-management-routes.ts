import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  apiUser,
  changeUser,
  createUser,
  getUser,
  listUsers,
  type Role,
  removeUser,
  roles,
  type UserChanges,
} from '../../accounts/users.ts';
import { newId } from '../../shared/ids.ts';
import { pageOf } from '../../shared/paging.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { noteMade } from '../audited-calls.ts';
import { pagingOf, queryOf } from '../query.ts';
import type { UserServices } from '../services.ts';

const text = { type: 'string', minLength: 1, maxLength: 200, nullable: true };
const fields = {
  role: { enum: [...roles] },
  name: text,
  email: { ...text, pattern: '^[^\\s@]+@[^\\s@]+$' },
};

interface NewUserBody {
  readonly username: string;
  readonly role?: Role;
  readonly name?: string | null;
  readonly email?: string | null;
}

const checkNewUser = bodyChecker<NewUserBody>({
  type: 'object',
  required: ['username'],
  additionalProperties: false,
  properties: { username: { type: 'string' }, ...fields },
});
const checkChanges = bodyChecker<UserChanges>({
  type: 'object',
  additionalProperties: false,
  properties: {
    isDisabled: { type: 'boolean' },
    maxRuns: { type: 'integer', minimum: 0, maximum: 1_000_000, nullable: true },
    maxMemoryMbytes: { type: 'integer', minimum: 0, maximum: 1_000_000_000, nullable: true },
    ...fields,
  },
});

const addressOf = (request: FastifyRequest) => ({ address: (request.params as { userId: string }).userId });

/** Administrators' routes: who the users are, and what they may do. */
export function registerUserManagementRoutes(app: FastifyInstance, services: UserServices): void {
  const { database, tokens, endedUsers } = services;

  app.get('/wherry/v1/users', { config: { access: 'administrator', effect: 'reads' } }, async (request) => {
    const paging = pagingOf(queryOf(request));
    const { total, items } = await database.read(listUsers, paging, request.caller);
    return { data: pageOf(paging, total, items) };
  });

  app.post(
    '/wherry/v1/users',
    { config: { access: 'administrator', effect: 'savesState' } },
    async (request, reply) => {
      const { username, role = 'member', name = null, email = null } = checkNewUser(request.body);
      const user = { id: newId(), username, role, name, email };
      noteMade(request, user.id);
      const made = await database.write(createUser, user, request.caller);
      reply.code(201).header('location', `${services.publicUrl}/wherry/v1/users/${user.id}`);
      return { data: made };
    },
  );

  app.get('/wherry/v1/users/:userId', { config: { access: 'administrator', effect: 'reads' } }, async (request) => ({
    data: apiUser(await database.read(getUser, addressOf(request), request.caller)),
  }));

  app.put(
    '/wherry/v1/users/:userId',
    { config: { access: 'administrator', effect: 'savesState' } },
    async (request) => {
      const input = { ...addressOf(request), changes: checkChanges(request.body) };
      const user = await database.write(changeUser, input, request.caller);
      // [token-4]
      tokens.forgetAll();
      endedUsers.wake();
      return { data: user };
    },
  );

  app.delete(
    '/wherry/v1/users/:userId',
    { config: { access: 'administrator', effect: 'savesState' } },
    async (request) => {
      const user = await database.write(removeUser, addressOf(request), request.caller);
      tokens.forgetAll();
      endedUsers.wake();
      return { data: user };
    },
  );
}
