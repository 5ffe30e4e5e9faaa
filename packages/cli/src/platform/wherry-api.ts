import http from 'node:http';
import https from 'node:https';
import { exitCodes } from '../exit-codes.ts';
import { Failure, noSuchRun, refused } from '../failure.ts';

export interface Server {
  readonly id: string;
  readonly engine: string;
  readonly state: 'ready' | 'draining' | 'lost';
  readonly activeAttempts: number;
  /** In MB; null when the engine does not know. */
  readonly memoryMbytes: number | null;
  readonly freeMemoryMbytes: number | null;
}

/** An attempt as the API returns it. */
export interface Attempt {
  readonly number: number;
  readonly serverId: string;
  readonly phase: string;
  readonly reason: string;
}

export const handoffModes = ['warm', 'cold', 'lost'] as const;
export type HandoffMode = (typeof handoffModes)[number];

export interface Handoff {
  readonly id: string;
  /** Servers. */
  readonly from: string;
  readonly to: string | null;
  readonly mode: HandoffMode;
  readonly reason: string;
  readonly drainMs: number | null;
  readonly downtimeMs: number | null;
  readonly phase: 'requested' | 'switched' | 'done' | 'cancelled';
  readonly outcome: string | null;
}

/** The result of a drain. `failed`: runs that are still on the server. */
export interface Drain {
  readonly server: Server;
  readonly moved: readonly Handoff[];
  readonly failed: readonly unknown[];
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: 'administrator' | 'member';
  readonly createdAt: string;
  readonly disabledAt: string | null;
  readonly removedAt: string | null;
  /** Null for the platform's own limit. */
  readonly maxRuns: number | null;
  readonly maxMemoryMbytes: number | null;
}

export interface Token {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly resources: Readonly<Record<'actors' | 'storages' | 'runs', readonly string[]>> | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** As it is made: the only time that the token itself is shown. */
export interface MadeToken extends Token {
  readonly token: string;
}

export interface SignInLink {
  readonly url: string;
  readonly expiresAt: string;
}

export interface AuditEntry {
  readonly at: string;
  readonly username: string;
  readonly tokenName: string | null;
  readonly runId: string | null;
  readonly operation: string;
  readonly subject: Readonly<Record<string, string>>;
  readonly address: string;
  readonly outcome: string;
}

interface PublishedProof {
  readonly id: string;
}

/** What retention has deleted, or would delete. */
export interface Collection {
  readonly isDryRun: boolean;
  /** Null while it is under way. */
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly collected: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
}

/** Wherry's own API, `/wherry/v1`, and what Apify's client does not do well (logs). */
export class WherryApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async servers(): Promise<Server[]> {
    return (await this.#call<{ items: Server[] }>('GET', '/servers')).items;
  }

  /** Resolves when every run has left the server, or cannot leave it. */
  drain(serverId: string): Promise<Drain> {
    return this.#call('POST', `/servers/${encodeURIComponent(serverId)}/drain`);
  }

  undrain(serverId: string): Promise<unknown> {
    return this.#call('POST', `/servers/${encodeURIComponent(serverId)}/undrain`);
  }

  async attempts(runId: string): Promise<Attempt[]> {
    return (await this.#call<{ items: Attempt[] }>('GET', `/runs/${encodeURIComponent(runId)}/attempts`)).items;
  }

  async handoffs(runId: string): Promise<Handoff[]> {
    return (await this.#call<{ items: Handoff[] }>('GET', `/runs/${encodeURIComponent(runId)}/handoffs`)).items;
  }

  /** Resolves when the handoff is over. */
  migrate(runId: string, request: { mode: HandoffMode; server?: string }): Promise<Handoff> {
    return this.#call('POST', `/runs/${encodeURIComponent(runId)}/migrate`, request);
  }

  async users(): Promise<User[]> {
    return (await this.#call<{ items: User[] }>('GET', '/users')).items;
  }

  addUser(user: object): Promise<User> {
    return this.#call('POST', '/users', user);
  }

  changeUser(user: string, changes: object): Promise<User> {
    return this.#call('PUT', `/users/${encodeURIComponent(user)}`, changes);
  }

  removeUser(user: string): Promise<User> {
    return this.#call('DELETE', `/users/${encodeURIComponent(user)}`);
  }

  /** @param user the caller's own unless given; `*` for those of all users */
  async tokens(user?: string): Promise<Token[]> {
    const query = user === undefined ? '' : `?user=${encodeURIComponent(user)}`;
    return (await this.#call<{ items: Token[] }>('GET', `/tokens${query}`)).items;
  }

  addToken(token: object): Promise<MadeToken> {
    return this.#call('POST', '/tokens', token);
  }

  rotateToken(tokenId: string): Promise<MadeToken> {
    return this.#call('POST', `/tokens/${encodeURIComponent(tokenId)}/rotate`);
  }

  removeToken(tokenId: string): Promise<Token> {
    return this.#call('DELETE', `/tokens/${encodeURIComponent(tokenId)}`);
  }

  /**
   * A link that opens the console and signs in, once.
   * @throws Failure when the platform has no console
   */
  async signInLink(): Promise<SignInLink> {
    const page = await this.#send('GET', '/console/');
    await textOf(page);
    if (page.statusCode === 404) {
      throw new Failure(
        exitCodes.refused,
        `The platform at ${this.#url} serves no console. Start it with a version that has one; in a clone \`npm start\` builds it.`,
      );
    }
    const { code, expiresAt } = await this.#call<{ code: string; expiresAt: string }>('POST', '/session/codes');
    // Behind the "#", so that no server and no log gets it but by the call that signs in.
    return { url: `${this.#url}/console/sign-in#code=${code}`, expiresAt };
  }

  async auditLog(query: Readonly<Record<string, string>>): Promise<AuditEntry[]> {
    return (await this.#call<{ items: AuditEntry[] }>('GET', `/audit-log?${new URLSearchParams(query)}`)).items;
  }

  /** Publishes a report of `wherry prove` for an Actor. */
  publishProof(actorId: string, proof: { report: object; buildNumber: string | null }): Promise<PublishedProof> {
    return this.#call('POST', `/actors/${encodeURIComponent(actorId)}/proofs`, proof);
  }

  startCollection(dryRun: boolean): Promise<Collection> {
    return this.#call('POST', '/gc', { dryRun });
  }

  /** The one under way, or the last one; null when there was none since the start of the platform. */
  collection(): Promise<Collection | null> {
    return this.#call('GET', '/gc');
  }

  /**
   * The log of a run or a build; with `follow`, everything until its end. Apify's client does not say why a stream is
   * refused, and keeps this process alive as long as the platform keeps the connection.
   * @throws Failure when the platform refuses, or has no such run or build
   */
  async log(id: string, { follow }: { follow: boolean }): Promise<AsyncIterable<Buffer>> {
    const response = await this.#send('GET', `/v2/logs/${encodeURIComponent(id)}?stream=${follow}`);
    if (response.statusCode === 200) return response;
    // A response that is not read to its end would keep this process alive.
    const text = await textOf(response);
    throw response.statusCode === 404 ? noSuchRun(id) : refusalOf(response.statusCode ?? 0, parse(text));
  }

  async #call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await this.#send(method, `/wherry/v1${path}`, body);
    return unwrap(response.statusCode ?? 0, await textOf(response)) as Result;
  }

  /** Without `fetch`, which gives up after 300 s: a drain may take longer. */
  #send(method: string, path: string, body?: unknown): Promise<http.IncomingMessage> {
    const url = new URL(this.#url + path);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers }, resolve);
      request.once('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}

interface ResponseBody {
  readonly data?: unknown;
  readonly error?: { readonly message?: string };
}

function unwrap(statusCode: number, text: string): unknown {
  const response = parse(text);
  if (statusCode >= 200 && statusCode < 300 && response !== undefined) return response.data;
  throw refusalOf(statusCode, response);
}

function parse(text: string): ResponseBody | undefined {
  try {
    return JSON.parse(text) as ResponseBody;
  } catch {
    return undefined;
  }
}

const refusalOf = (statusCode: number, response: ResponseBody | undefined): Failure =>
  refused(statusCode, response?.error?.message ?? `The platform responded with status ${statusCode} and no reason.`);
