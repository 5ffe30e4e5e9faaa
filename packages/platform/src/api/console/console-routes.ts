/**
 * The console under `/console/`: its files, and one page for every other path, since the path is the state of the application.
 *
 * Not `@fastify/static`: its routes declare neither access nor effect, and what it takes care of, paths that lead out of the folder,
 * cannot arise here. See docs/decisions/0080-the-console-is-served-from-memory.md.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../shared/errors.ts';
import { pathOf } from '../log-redaction.ts';
import type { ConsoleServices } from '../services.ts';
import { type ConsoleFile, encodingFor } from './console-files.ts';

const config = { access: 'public', effect: 'reads', isPartOfConsole: true } as const;

export function registerConsoleRoutes(app: FastifyInstance, services: ConsoleServices): void {
  // With the slash and without: the router ignores it.
  app.get('/console', { config }, (request, reply) =>
    pathOf(request.url) === '/console' ? reply.redirect('/console/') : serve(services, '', request, reply),
  );
  app.get('/console/*', { config }, (request, reply) =>
    serve(services, (request.params as { '*': string })['*'], request, reply),
  );
}

function serve({ consoleFiles }: ConsoleServices, name: string, request: FastifyRequest, reply: FastifyReply) {
  if (consoleFiles === undefined) throw notBuilt();
  const file = consoleFiles.get(name);
  if (file !== undefined) return sendFile(file, request, reply);
  // An application of an earlier version asks for files of its own.
  if (name.startsWith('assets/')) throw noSuchFile();
  return sendPage(consoleFiles.page, reply);
}

function sendFile(file: ConsoleFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { body, compressed, contentType, etag, isHashed } = file;
  reply.headers({
    ...consoleHeaders(),
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'Accept-Encoding',
  });
  if (headers['if-none-match'] === etag) return reply.code(304).send();
  const encoding = encodingFor(headers['accept-encoding'], file);
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.type(contentType).send(encoding === undefined ? body : compressed[encoding]);
}

/** Libraries insert styles while they work, which browsers take with the nonce of the page alone. */
function sendPage(page: string, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  reply.headers({ ...consoleHeaders(nonce), 'cache-control': 'no-store' });
  return reply.type('text/html; charset=utf-8').send(withNonce(page, nonce));
}

const nonceTag = /<meta\s+name="csp-nonce"[^>]*>/;

function withNonce(page: string, nonce: string): string {
  const tag = `<meta name="csp-nonce" content="${nonce}">`;
  return nonceTag.test(page) ? page.replace(nonceTag, tag) : page.replace(/<head[^>]*>/, `$&${tag}`);
}

/** A worker has the policy of its own file, so files have it too. */
const consoleHeaders = (nonce?: string) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    // Records of key-value stores.
    "media-src 'self' blob:",
    "frame-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});

const notBuilt = (): Refusal =>
  new Refusal(
    404,
    'console-not-built',
    'This platform was started without a console. `npm start` in a clone builds it; `npm run build:console` does so alone. Start the platform again afterwards.',
  );

const noSuchFile = (): Refusal =>
  new Refusal(404, 'page-not-found', 'The console has no such file. It was updated meanwhile: load the page again.');
