/**
 * Calls that a browser makes with the cookie of its session. `accounts/sessions.ts` has the sessions themselves.
 *
 * [browser-session-5] nothing is changed by the cookie alone: a call that does more than read has the header `x-wherry-csrf`, which only a
 *     page that could read it has; and no call with the cookie is done that comes from a page of another origin.
 * [browser-session-6] the cookie reaches no Actor, and none sets it.
 * [browser-session-7] what Actors have stored, or serve, never runs as a program on the console's origin.
 * [browser-session-8] where the cookie says nothing, it changes nothing: calls with a token, links with a signature, and public calls are
 *     what they are without it. A cookie that is not good makes a call that is open to visitors the call of a visitor.
 * [browser-session-9] to open a link signs nobody in or out: its page says whom it signs in, and who is signed in. A click does it, by a POST
 *     that is checked as the sign-in with a token is.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignInMeans } from '../accounts/failed-sign-ins.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Identity } from '../accounts/tokens.ts';
import type { AuditedCall } from '../database/operation.ts';
import { Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { queryOf } from './query.ts';
import {
  endedSessionCookie,
  isCsrfTokenOf,
  isFromOwnPage,
  isOverTls,
  isWantedAsProgram,
  sessionCookie,
  sessionSecretsIn,
} from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the session by which the call is made; undefined for a call without one. */
    sessionSecret: string | undefined;
  }
}

/** What the route of a call says of it. */
interface RouteOfCall {
  /** Whether visitors may make the call too. */
  readonly isOpen: boolean;
  readonly doesMoreThanRead: boolean;
}

/** Who signs in with a token of theirs. */
export type SigningIn = Identity & { readonly token: NonNullable<Identity['token']> };

/** In the audit log. */
export const signInOperation = 'POST /wherry/v1/session';

/** A sign-in, which is a call of nobody until it is done. @param subject how it was done */
const signInCallOf = (
  { ip }: FastifyRequest,
  { caller, username, token }: SigningIn,
  subject: Record<string, string>,
): AuditedCall => ({
  id: newId(),
  userId: caller.userId,
  username,
  token: { id: token.id, name: token.name },
  runId: undefined,
  operation: signInOperation,
  subject,
  address: ip,
  isRecorded: false,
});

export class BrowserSessions {
  readonly #sessions: Sessions;
  readonly #publicUrl: () => string;

  /** @param publicUrl the API's address for clients; known once the API listens */
  constructor(sessions: Sessions, publicUrl: () => string) {
    this.#sessions = sessions;
    this.#publicUrl = publicUrl;
  }

  /**
   * Whose session makes a call that has no token. Undefined without a session.
   * @throws Refusal 401 `session-over`; 403 `csrf-token-missing`, `not-from-the-console` [browser-session-5]
   */
  async identityOf(
    request: FastifyRequest,
    reply: FastifyReply,
    { isOpen, doesMoreThanRead }: RouteOfCall,
  ): Promise<Identity | undefined> {
    // [browser-session-8]
    if (isOpen && queryOf(request).signature) return undefined;
    const secrets = sessionSecretsIn(request.headers, this.#isSecure(request));
    if (secrets.length === 0) return undefined;
    try {
      this.checkPage(request);
      if (secrets.length > 1) throw severalCookies();
      const [secret = ''] = secrets;
      if (doesMoreThanRead && !isCsrfTokenOf(secret, request.headers['x-wherry-csrf'])) throw csrfTokenMissing();
      return await this.#identityOf(secret, request, reply);
    } catch (refusal) {
      if (isOpen && refusal instanceof Refusal) return undefined;
      throw refusal;
    }
  }

  async #identityOf(secret: string, request: FastifyRequest, reply: FastifyReply): Promise<Identity> {
    const identity = await this.#sessions.identityOf(secret);
    if (identity === undefined) throw sessionOver();
    request.sessionSecret = secret;
    // A cache between browser and platform keeps responses to calls with a cookie, unlike those to calls with a token.
    reply.headers({ 'cache-control': 'private, no-cache', vary: 'Cookie' });
    return { ...identity, origin: 'WEB' };
  }

  /** Of a call that lasts: whose session it is by now. @throws Refusal 401 as above */
  async identifyAgain({ sessionSecret }: FastifyRequest): Promise<Identity | undefined> {
    return sessionSecret === undefined ? undefined : this.#sessions.identityOf(sessionSecret);
  }

  /** @throws Refusal 403 `not-from-the-console` for a call of a page that is not the platform's */
  checkPage(request: FastifyRequest): void {
    if (isFromOwnPage(request.raw, this.#publicUrl())) return;
    throw new Refusal(
      403,
      'not-from-the-console',
      'Only pages of the platform itself may use the session of a browser. Nothing was changed. Send an API token instead.',
    );
  }

  /** Begins a session, in the place of one that the browser has. Resolves with its secret. @throws Refusal 401 */
  async begin(
    request: FastifyRequest,
    reply: FastifyReply,
    { identity, means }: { readonly identity: SigningIn; readonly means: SignInMeans },
  ): Promise<string> {
    const isSecure = this.#isSecure(request);
    const formerSecrets = sessionSecretsIn(request.headers, isSecure);
    const replaced = await this.#usernamesOf(formerSecrets);
    const audited = signInCallOf(request, identity, { by: means, ...(replaced !== '' && { replaced }) });
    const secret = await this.#sessions.begin(identity.token.hash, { ...identity.caller, audited });
    for (const former of formerSecrets) await this.#sessions.end(former);
    reply.header('set-cookie', sessionCookie(secret, isSecure));
    return secret;
  }

  async #usernamesOf(secrets: readonly string[]): Promise<string> {
    // The session of a token that has expired is no session either.
    const found = await Promise.all(secrets.map((each) => this.#sessions.identityOf(each).catch(() => undefined)));
    return found.flatMap((identity) => identity?.username ?? []).join(', ');
  }

  /** The browser keeps the cookie for another while: it is in use. */
  keep(request: FastifyRequest, reply: FastifyReply): void {
    if (request.sessionSecret === undefined) return;
    reply.header('set-cookie', sessionCookie(request.sessionSecret, this.#isSecure(request)));
  }

  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (request.sessionSecret === undefined) return;
    await this.#sessions.end(request.sessionSecret, request.caller);
    reply.header('set-cookie', endedSessionCookie(this.#isSecure(request)));
  }

  #isSecure = ({ raw }: FastifyRequest): boolean => isOverTls(raw, this.#publicUrl());
}

/** [browser-session-7] @throws Refusal 403 */
export function checkIsNoProgram(request: FastifyRequest): void {
  if (isWantedAsProgram(request.raw)) throw noProgram();
}

export const noProgram = (): Refusal =>
  new Refusal(
    403,
    'not-a-program',
    'A page of the platform loads no scripts and styles from here: Actors may have made them.',
  );

const csrfTokenMissing = (): Refusal =>
  new Refusal(
    403,
    'csrf-token-missing',
    'With the cookie of a session this call needs the header "x-wherry-csrf" with the "csrfToken" of GET /wherry/v1/session. Nothing was changed.',
  );

const sessionOver = (): Refusal =>
  new Refusal(
    401,
    'session-over',
    'You are not signed in any more. Sign in again, with an API token or with a link of `wherry console`.',
  );

const severalCookies = (): Refusal =>
  new Refusal(
    401,
    'session-over',
    'The browser sent several cookies of a session, one of which is not the platform’s. Delete the cookies of this site, and sign in again.',
  );
