/** Users beside the one of the data folder, with tokens, and a walk through all routes as somebody else. */
import Fastify, { type RouteOptions } from 'fastify';
import type { DeclaredRoute } from '../src/api/access.ts';
import { registerRoutes } from '../src/api/routes.ts';
import type { Fixture } from './fixture.ts';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export interface MadeToken {
  readonly id: string;
  readonly token: string;
}

/** Makes a token for a user as the administrator. */
export async function makeToken(fixture: Fixture, user: string, more: object = {}): Promise<MadeToken> {
  const name = `token ${Math.random()}`;
  const made = await fixture.call('POST', '/wherry/v1/tokens', { name, user, ...more });
  const body = (await made.json()) as { data: MadeToken };
  if (made.status !== 201) throw new Error(`no token was made: ${JSON.stringify(body)}`);
  return body.data;
}

/** Makes a user with a token that may do all that the user may. */
export async function makeUser(fixture: Fixture, username: string, more: object = {}) {
  const made = await fixture.call('POST', '/wherry/v1/users', { username, ...more });
  const { data } = (await made.json()) as { data: { id: string; username: string } };
  const { id: tokenId, token } = await makeToken(fixture, username);
  return { ...data, tokenId, token };
}

/** Every route of the platform, once for each method. */
export async function allRoutes(): Promise<DeclaredRoute[]> {
  const app = Fastify();
  const routes: DeclaredRoute[] = [];
  app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    for (const each of [method].flat().filter((name) => name !== 'HEAD')) {
      routes.push({ method: each, url, config: config! });
    }
  });
  registerRoutes(app, {} as never, { commits: true });
  await app.ready();
  return routes;
}

/** The body of a response; of a stream of events, which has no end, what comes first. */
export async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** `status`, or `status type` for an error. */
export async function outcomeOf(response: Response): Promise<string> {
  const text = await textOf(response);
  if (response.ok || text === '') return String(response.status);
  return `${response.status} ${(JSON.parse(text) as { error: { type: string } }).error.type}`;
}

/** A browser that has signed in. */
export interface SignedIn {
  readonly cookie: string;
  readonly csrfToken: string;
  /** Calls with the cookie and no token; with the CSRF token too unless the headers say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** The call that signs in, as a page of the platform makes it. */
export const postSession = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/wherry/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

export async function signIn(url: string, credentials: { token: string } | { code: string }): Promise<SignedIn> {
  const response = await postSession(url, credentials);
  const { data } = (await response.json()) as { data: { csrfToken: string } };
  if (response.status !== 201) throw new Error(`the sign-in got ${response.status}`);
  const cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
  return {
    cookie,
    csrfToken: data.csrfToken,
    call: (method, path, body, headers) =>
      fetch(url + path, {
        method,
        headers: {
          cookie,
          'x-wherry-csrf': data.csrfToken,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
      }),
  };
}
