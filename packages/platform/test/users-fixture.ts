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
