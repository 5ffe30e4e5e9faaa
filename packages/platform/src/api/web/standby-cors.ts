/**
 * Pages of any site may use an Actor in Standby mode with a token that they were given, as they may use the API (`cors.ts`).
 * What the Actor's own server says about it counts. Where it says nothing, any page may read the response.
 *
 * A browser sends no token with a preflight, so one reaches the Actor only when the token is in the URL. Otherwise the
 * platform answers it by itself, the same for each name: it starts no run, and tells nothing. A preflight that would be
 * refused is answered so too, since a page can read only the refusal of the request that follows.
 *
 * No source says how Apify answers; its templates of MCP servers set the headers in the Actor.
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a response has that says nothing itself. Without credentials `*` is each origin, and each header. */
export const openHeaders = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };

export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

const speaksOfOrigins = (headers: IncomingHttpHeaders): boolean => headers['access-control-allow-origin'] !== undefined;

export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(204, preflightHeaders(request.headers)).end();
}

/** Names what is asked for: a `*` would not cover `Authorization`. */
function preflightHeaders(asked: IncomingHttpHeaders): OutgoingHttpHeaders {
  const names = asked['access-control-request-headers'];
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': asked['access-control-request-method']!,
    ...(names !== undefined && { 'access-control-allow-headers': names }),
    vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
  };
}

/** Changes what the Actor's server answered before it is passed on. */
export function openToPages(request: IncomingMessage, answer: IncomingMessage): void {
  if (speaksOfOrigins(answer.headers)) return;
  if (isPreflight(request)) {
    answer.statusCode = 204;
    answer.headers = preflightHeaders(request.headers) as IncomingHttpHeaders;
  } else Object.assign(answer.headers, openHeaders);
}
