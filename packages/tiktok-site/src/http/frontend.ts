import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind } from './faults.ts';
import { type Media, withOwnMedia } from './media.ts';
import type { Responder } from './responder.ts';

export interface Delays {
  readonly slowMs: number;
  readonly latencyMs: () => number | Promise<number>;
}

/** Receives requests and sends the replies of the responder. */
export class Frontend {
  readonly faults = new Map<FaultKind, number>();
  readonly #responder: Responder;
  readonly #script: string;
  readonly #delays: Delays;
  readonly #visitors = new Visitors();
  readonly #media: Media | null;

  /** @param media serves the files of posts, at addresses of this site; null if their addresses lead nowhere */
  constructor(responder: Responder, script: string, delays: Delays, media: Media | null) {
    this.#responder = responder;
    this.#script = script;
    this.#delays = delays;
    this.#media = media;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#respond(request, response);
    } catch {
      // The client has closed the connection, or the URL is invalid.
      response.destroy();
    }
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (url.pathname === '/stand-in/app.js') return this.#sendScript(response);
    // Browsers request it by themselves. It is not a page.
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end();
    if (this.#media?.isMedia(url) === true) return this.#media.respond(url, request, response);
    const { visitor, setCookie } = this.#visitors.recognise(request.headers.cookie);
    const body = request.method === 'POST' ? await text(request) : '';
    const { reply: given, fault } = this.#responder.respond({ url, body, visitor });
    const reply =
      this.#media === null ? given : { ...given, body: withOwnMedia(given.body, `http://${request.headers.host}`) };
    if (fault !== null) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    const waitMs = (await this.#delays.latencyMs()) + (fault === 'slow' ? this.#delays.slowMs : 0);
    if (waitMs > 0) await delay(waitMs);
    const length = { 'content-length': `${Buffer.byteLength(reply.body)}` };
    const cookie = setCookie === null ? {} : { 'set-cookie': setCookie };
    response.writeHead(reply.statusCode, { ...reply.headers, ...length, ...cookie });
    if (fault !== 'broken_off') return void response.end(reply.body);
    response.write(reply.body.slice(0, reply.body.length / 2), () => response.destroy());
  }

  #sendScript(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'max-age=3600' });
    response.end(this.#script);
  }
}

/** Distinguishes visitors by a cookie, as a site does. Each of them has its own position in a feed. */
class Visitors {
  #count = 0;

  /** @returns the visitor, and the cookie to set for a new one */
  recognise(cookies: string | undefined): { visitor: string; setCookie: string | null } {
    const known = /\btt_chain_token=([\w-]+)/.exec(cookies ?? '')?.[1];
    if (known !== undefined) return { visitor: known, setCookie: null };
    const visitor = `visitor-${++this.#count}`;
    return { visitor, setCookie: `tt_chain_token=${visitor}; Path=/` };
  }
}
