/** One call of a webhook: what is sent, and what counts as accepted. Sources: docs.apify.com, webhook actions. */
import { Agent, type Dispatcher as HttpAgent, request } from 'undici';
import { isoTime } from '../../shared/time.ts';
import type { EventResource } from '../webhook-events.ts';
import type { Reach } from '../webhook-row.ts';
import { headersOf, payloadOf, type TemplateContext } from '../webhook-settings.ts';
import type { CallResult, ClaimedDispatch } from './claims.ts';
import type { PublicAddresses } from './public-addresses.ts';

/** The platform's own API, as webhooks reach it. */
export interface OwnApi {
  /** Where to connect for an address of this API; undefined for any other. */
  targetOf(url: URL): URL | undefined;
  /** Makes a token for one call on behalf of a user; undefined for one that is disabled. `revoke` ends it. */
  tokenOf(userId: string): Promise<{ readonly token: string; revoke(): void } | undefined>;
}

export interface SenderOptions {
  readonly addresses: PublicAddresses;
  readonly ownApi: OwnApi;
  /** The API object of a stored run, as it was at a time in ms since 1970. */
  readonly showRun: (stored: object, at: number) => object;
  /** How long a call may take, from the connection to the end of the response. In ms. */
  readonly timeoutMs: number;
}

/** What is kept of a response, in bytes. */
const maxBodyBytes = 16 * 1024;
/** What is read of it: a longer one is not waited for. */
const maxReadBytes = 1024 * 1024;

const startOfRun = /^\/v2\/(?:acts|actors|actor-tasks)\/[^/]+\/runs\/?$/;

export class Sender {
  readonly #options: SenderOptions;
  readonly #strict: HttpAgent;
  readonly #lax: HttpAgent;
  readonly #own: HttpAgent;

  constructor(options: SenderOptions) {
    this.#options = options;
    const { lookup } = options.addresses;
    // Without keep-alive: a receiver is called rarely, and a connection that it has closed meanwhile would be a failed call.
    const common = { pipelining: 0, headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs };
    this.#strict = new Agent({ ...common, connect: { lookup } });
    this.#lax = new Agent({ ...common, connect: { lookup, rejectUnauthorized: false } });
    // It is this process, whatever name its certificate has.
    this.#own = new Agent({ ...common, connect: { rejectUnauthorized: false } });
  }

  async close(): Promise<void> {
    await Promise.all([this.#strict.destroy(), this.#lax.destroy(), this.#own.destroy()]);
  }

  /** Never rejects: what went wrong is part of the result. A result without an error was accepted. */
  async send(dispatch: ClaimedDispatch, now: number, closing: AbortSignal): Promise<CallResult> {
    try {
      const call = await this.#callOf(dispatch, now);
      try {
        return await this.#perform(call, closing);
      } finally {
        call.revoke();
      }
    } catch (error) {
      return { responseStatus: null, responseBody: null, errorMessage: messageOf(error, this.#options.timeoutMs) };
    }
  }

  async #callOf(dispatch: ClaimedDispatch, now: number): Promise<Call> {
    const { settings, reach, userId, id } = dispatch;
    const context = this.#contextOf(dispatch, now);
    const url = new URL(settings.requestUrl);
    // A template of one variable that is missing gives undefined.
    const body = JSON.stringify(payloadOf(settings, context) ?? null);
    const headers: Record<string, string> = {
      ...basicAuth(url),
      ...headersOf(settings, context),
      ...ownHeaders,
      'x-apify-webhook-dispatch-id': id,
    };
    for (const name of hopByHop) delete headers[name];
    const ownTarget = this.#options.ownApi.targetOf(url);
    if (ownTarget === undefined) {
      this.#options.addresses.checkLiteral(url.hostname);
      return {
        url,
        headers,
        body,
        agent: settings.ignoreSslErrors ? this.#lax : this.#strict,
        revoke: () => undefined,
      };
    }
    // [webhook-8]
    headers['idempotency-key'] = `webhook-dispatch-${id}`;
    headers.host = url.host;
    const issued = mayUseToken(reach, url.pathname) ? await this.#options.ownApi.tokenOf(userId) : undefined;
    if (issued !== undefined) headers.authorization = `Bearer ${issued.token}`;
    return { url: ownTarget, headers, body, agent: this.#own, revoke: issued?.revoke ?? (() => undefined) };
  }

  #contextOf({ event, userId, resource }: ClaimedDispatch, now: number): TemplateContext {
    return {
      userId,
      createdAt: isoTime(event.createdAt),
      eventType: event.type,
      eventData: event.data,
      resource: this.#shown(resource, event.createdAt),
      globals: { dateISO: isoTime(now), dateUnix: Math.floor(now / 1000) },
    };
  }

  #shown({ kind, value }: EventResource, at: number): object {
    return kind === 'run' ? this.#options.showRun(value, at) : value;
  }

  /** Redirects are not followed: anything but 2xx has failed. */
  async #perform({ url, headers, body, agent }: Call, closing: AbortSignal): Promise<CallResult> {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(this.#options.timeoutMs)]);
    const response = await request(url, { method: 'POST', dispatcher: agent, headers, body, signal });
    const responseBody = await beginOf(response.body);
    const { statusCode: responseStatus } = response;
    const isAccepted = responseStatus >= 200 && responseStatus < 300;
    const errorMessage = isAccepted ? null : `The receiver responded with the status ${responseStatus}, not 2xx.`;
    return { responseStatus, responseBody, errorMessage };
  }
}

interface Call {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly agent: HttpAgent;
  readonly revoke: () => void;
}

/** Set over what the template says. */
const ownHeaders = {
  'content-type': 'application/json',
  'user-agent': 'Wherry',
  'x-apify-webhook': 'true',
  'x-apify-request-origin': 'WEBHOOK',
};

/** Of the connection, so not for a template to set. */
const hopByHop = 'host content-length transfer-encoding connection keep-alive upgrade expect te trailer'.split(' ');

/** [webhook-7] Only the API itself gets a token: web servers of runs are programs of others. */
function mayUseToken(reach: Reach, path: string): boolean {
  if (reach === 'account') return path.startsWith('/v2/');
  return reach === 'starts' && startOfRun.test(path);
}

/** The credentials of an address as browsers send them. */
function basicAuth({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

async function beginOf(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let [kept, read] = [0, 0];
  for await (const chunk of body) {
    read += chunk.length;
    if (kept < maxBodyBytes) chunks.push(chunk.subarray(0, maxBodyBytes - kept));
    kept = Math.min(read, maxBodyBytes);
    // Leaving the loop ends the connection.
    if (read > maxReadBytes) break;
  }
  // A text of the database has no zeros.
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '\ufffd');
}

function messageOf(error: unknown, timeoutMs: number): string {
  const { name, message, code } = error as Error & { code?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return `The receiver did not respond within ${timeoutMs / 1000} s.`;
  }
  return (message || code || 'The call failed.').slice(0, 1000);
}
