import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SignInMeans } from '../../accounts/failed-sign-ins.ts';
import { hashToken, type Identity } from '../../accounts/tokens.ts';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime } from '../../shared/time.ts';
import { type SigningIn, signInOperation } from '../browser-sessions.ts';
import { networkOf } from '../failed-authentications.ts';
import type { UserServices } from '../services.ts';
import { csrfTokenOf } from '../session-cookie.ts';

interface Credentials {
  readonly token?: string;
  readonly code?: string;
}

const text = { type: 'string', minLength: 1, maxLength: 1000 };
const checkCredentials = bodyChecker<Credentials>({
  type: 'object',
  additionalProperties: false,
  properties: { token: text, code: text },
});
const checkCode = bodyChecker<{ readonly code: string }>({
  type: 'object',
  required: ['code'],
  additionalProperties: false,
  properties: { code: text },
});

const maxBodyBytes = 10_000;

/** Signing in and out of the console. */
export function registerSessionRoutes(app: FastifyInstance, services: UserServices): void {
  app.post(
    '/wherry/v1/session',
    { config: { access: 'public', effect: 'savesState' }, bodyLimit: maxBodyBytes },
    async (request, reply) => {
      const { browserSessions } = services;
      // Otherwise another site could sign its visitors in as somebody else [browser-session-5].
      browserSessions.checkPage(request);
      const credentials = checkCredentials(request.body);
      if ((credentials.token === undefined) === (credentials.code === undefined)) {
        throw invalidInput('Give either a "token" or a "code".');
      }
      const means = credentials.code === undefined ? 'token' : 'link';
      return counted(services, request, means, async () => {
        const identity = await userOf(services, request, credentials);
        const secret = await browserSessions.begin(request, reply, { identity, means });
        reply.code(201).header('cache-control', 'no-store');
        return { data: apiSession(identity, secret) };
      });
    },
  );

  app.get('/wherry/v1/session', { config: { access: 'profile', effect: 'reads' } }, async (request, reply) => {
    const secret = secretOf(request);
    services.browserSessions.keep(request, reply);
    reply.header('cache-control', 'no-store');
    return { data: apiSession(request.identity!, secret) };
  });

  app.delete('/wherry/v1/session', { config: { access: 'profile', effect: 'savesState' } }, async (request, reply) => {
    secretOf(request);
    await services.browserSessions.end(request, reply);
    return reply.code(204).send();
  });

  app.post(
    '/wherry/v1/session/codes',
    { config: { access: 'profile', effect: 'savesState' } },
    async (request, reply) => {
      const { token } = request.identity!;
      // The token that a webhook's call gets ends with the call.
      if (token === undefined) throw noUser('make a code with which one signs in');
      const { code, expiresAt } = services.signInCodes.make(token.hash);
      reply.code(201).header('cache-control', 'no-store');
      return { data: { code, expiresAt: isoTime(expiresAt) } };
    },
  );

  // The code is in a body, since URLs are logged.
  app.post(
    '/wherry/v1/session/codes/check',
    { config: { access: 'public', effect: 'reads' }, bodyLimit: maxBodyBytes },
    async (request, reply) => {
      services.browserSessions.checkPage(request);
      const { code } = checkCode(request.body);
      const tokenHash = services.signInCodes.find(code);
      const find = () => identityOf(services, request, { code, tokenHash });
      const { caller, username, token } = await counted(services, request, 'link', find);
      reply.header('cache-control', 'no-store');
      return { data: { userId: caller.userId, username, tokenName: token.name } };
    },
  );
}

/** Counts a refusal as a failed sign-in [audit-4]. */
async function counted<Result>(
  { failedSignIns }: UserServices,
  request: FastifyRequest,
  means: SignInMeans,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.statusCode < 500) {
      const { ip: address } = request;
      const network = networkOf(address);
      failedSignIns.count({ operation: signInOperation, means, address, network, outcome: refusal.type });
    }
    throw refusal;
  }
}

/** @throws as `identityOf` */
function userOf(services: UserServices, request: FastifyRequest, { token, code }: Credentials): Promise<SigningIn> {
  // [browser-session-4]
  const tokenHash = token === undefined ? services.signInCodes.take(code!) : hashToken(token);
  return identityOf(services, request, { code, tokenHash });
}

/**
 * Whom a token, or a code for it, signs in.
 * @throws Refusal 401 for a wrong one, 429 after many, 403 for a token of an attempt, also of one that is over
 */
async function identityOf(
  { tokens, authenticator }: UserServices,
  request: FastifyRequest,
  { code, tokenHash }: { readonly code: string | undefined; readonly tokenHash: string | undefined },
): Promise<SigningIn> {
  const identity = tokenHash === undefined ? undefined : await tokens.identityOf(tokenHash);
  if (identity === undefined) {
    authenticator.countFailure(request.ip, code === undefined ? 'API tokens' : 'sign-in codes');
    throw code === undefined ? authenticator.tokenNotValid() : codeNotValid();
  }
  const { token } = identity;
  if (token === undefined) throw noUser('sign in');
  return { ...identity, token };
}

/** @throws Refusal 400 for a call with a token */
function secretOf({ sessionSecret }: FastifyRequest): string {
  if (sessionSecret !== undefined) return sessionSecret;
  throw new Refusal(
    400,
    'no-session',
    'This call is about the session of a browser, and is made with its cookie, not with a token.',
  );
}

const apiSession = ({ caller, username, role }: Identity, secret: string) => ({
  userId: caller.userId,
  username,
  role,
  csrfToken: csrfTokenOf(secret),
  scopes: (caller.kind === 'user' && caller.limits?.scopes) || ['manage'],
});

const noUser = (what: string): Refusal =>
  new Refusal(
    403,
    'insufficient-permissions',
    `Only a user may ${what}, with a token of their own. Nothing was changed.`,
  );

const codeNotValid = (): Refusal =>
  new Refusal(
    401,
    'sign-in-code-not-valid',
    'The link was used already, is older than an hour, or the platform was restarted since. `wherry console` prints a new one.',
  );
