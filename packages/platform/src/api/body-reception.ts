/**
 * How bodies are received. Handlers get them from Fastify's parsers; this file decides what reaches the parsers, and what
 * becomes of a body that nobody wants.
 *
 * [body-1] nothing of a body is read, or asked for, before the caller was found and may make the call.
 * [body-2] decompression ends as soon as the call has been refused, for one when the decompressed body is too large.
 * [body-3] a connection whose body does not come is closed. One that makes progress is not, however large its body is.
 * [body-4] a refusal reaches a client that is still sending: the rest of its body is read and dropped, within limits,
 *     before the connection is closed or takes the next call.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../shared/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Decompresses the body; undefined for a body that is not compressed, and before it is read. */
    decoder: (Readable & NodeJS.WritableStream) | undefined;
    /** Whether there is a compressed body; the headers do not say so any more when it is read. */
    isCompressed: boolean;
    /** Whether the client waits for `100 Continue` before it sends the body. */
    awaitsContinue: boolean;
  }
  interface FastifyContextConfig {
    /** The refusal of a body above the route's limit, where it is not the usual one. */
    tooLarge?: () => Refusal;
  }
}

const decoders = new Map([
  ['br', createBrotliDecompress],
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
]);

/** How long a body may bring nothing, unless it is set. */
const usualBodyIdleMs = 30_000;
/** A body that takes longer than this must have come at `minBytesPerSec` on average. */
const freeMs = 300_000;
const minBytesPerSec = 100;

/** How much of a refused body is read and dropped. */
const maxDroppedBytes = 128 * 1024 * 1024;
const maxDropMs = 30_000;
const maxDropIdleMs = 5000;
const dropPollMs = 100;
/** How long a 408 may take to arrive before its connection is closed. */
const closeAfterMs = 1000;

export interface BodyOptions {
  readonly bodyIdleMs?: number | undefined;
}

export function receiveBodies(app: FastifyInstance, { bodyIdleMs = usualBodyIdleMs }: BodyOptions): void {
  app.decorateRequest('decoder');
  app.decorateRequest('isCompressed', false);
  app.decorateRequest('awaitsContinue', false);
  const waiting = new WeakSet<IncomingMessage>();
  awaitContinue(app.server as Server, waiting);
  app.addHook('onRequest', (request, reply, done) => {
    request.awaitsContinue = waiting.has(request.raw);
    reply.raw.once('finish', () => dropUnreadBody(request));
    done();
  });
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (!hasBody(request)) return done(null, payload);
    const { config, bodyLimit } = request.routeOptions;
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
      return done(config.tooLarge?.() ?? requestTooLarge(bodyLimit));
    }
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    const decode = decoders.get(encoding);
    if (decode === undefined && encoding !== 'identity' && encoding !== '') return done(unknownEncoding(encoding));
    if (request.awaitsContinue) {
      request.awaitsContinue = false;
      sayContinue(reply.raw);
    }
    endWhenIdle(request, bodyIdleMs);
    if (decode === undefined) return done(null, payload);
    // `Content-Length` is the length of the compressed body; the limit applies to the decompressed one.
    request.isCompressed = true;
    delete request.headers['content-length'];
    delete request.headers['content-encoding'];
    const decoder = decode();
    request.decoder = decoder;
    payload.once('error', (error) => decoder.destroy(error));
    decoder.once('error', () => decoder.destroy());
    done(null, payload.pipe(decoder));
  });
}

export const requestTooLarge = (limit: number): Refusal =>
  new Refusal(413, 'request-too-large', `The body is larger than ${limit} bytes. Send it in parts.`);

const unknownEncoding = (encoding: string): Refusal =>
  new Refusal(
    415,
    'unsupported-content-encoding',
    `Content-Encoding ${JSON.stringify(encoding)} is not supported. Send the body as br, gzip or deflate, or as it is.`,
  );

const hasBody = ({ headers, isCompressed }: FastifyRequest): boolean =>
  isCompressed || headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Whether the client may still send something of its body. */
const isSending = (request: FastifyRequest): boolean => hasBody(request) && !request.raw.complete;

/** Node itself would tell the client to send the body before anyone has looked at the call [body-1]. */
function awaitContinue(server: Server, waiting: WeakSet<IncomingMessage>): void {
  server.on('checkContinue', (request, response) => {
    waiting.add(request);
    server.emit('request', request, response);
  });
}

/**
 * A response that waits for an earlier one on its connection has no socket yet. Node would keep "100 Continue" for later,
 * and send it behind the head of the response.
 */
function sayContinue(response: ServerResponse): void {
  if (response.socket !== null) response.writeContinue();
  else
    response.once('socket', () => {
      if (!response.headersSent) response.writeContinue();
    });
}

/** [body-3] */
function endWhenIdle(request: FastifyRequest, idleMs: number): void {
  const { raw } = request;
  const { socket } = raw;
  const startedAtMs = performance.now();
  const bytesBefore = socket.bytesRead;
  let bytes = bytesBefore;
  const timer = setInterval(() => {
    if (raw.complete || socket.destroyed) return clearInterval(timer);
    // What has come waits for the platform, not for the client.
    const isOurTurn = raw.readableLength > 0;
    const tookMs = performance.now() - startedAtMs;
    const isSlow = tookMs > freeMs && socket.bytesRead - bytesBefore < (tookMs / 1000) * minBytesPerSec;
    const isIdle = socket.bytesRead === bytes;
    bytes = socket.bytesRead;
    if (isOurTurn || !(isSlow || isIdle)) return;
    clearInterval(timer);
    const refusal = new Refusal(408, 'request-aborted-prematurely', 'The body did not come. Send the call again.');
    // Whoever reads the body responds; nobody does after a response.
    if (raw.listenerCount('error') > 0) raw.emit('error', refusal);
    setTimeout(() => socket.destroy(), closeAfterMs);
  }, idleMs);
  timer.unref();
  raw.once('close', () => clearInterval(timer));
}

/** Sends the response of a refused call, whose body may not have been received [body-2] [body-4]. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const { raw, decoder } = request;
  if (decoder !== undefined) {
    raw.unpipe(decoder);
    decoder.destroy();
  }
  if (!isSending(request) || request.method === 'HEAD' || reply.statusCode === 408) return reply.send(body);
  if (request.awaitsContinue) return reply.header('connection', 'close').send(body);
  // Fastify asks for the end of the connection, which would cut off a client that still sends.
  reply.removeHeader('connection');
  const text = JSON.stringify(body);
  reply.headers({ 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  return reply.send(Readable.from(endingAfterBody(text, raw), { objectMode: false }));
}

/** Yields the whole response; its end, and with it that of the connection, waits for the client. */
async function* endingAfterBody(text: string, raw: IncomingMessage): AsyncGenerator<string> {
  yield text;
  await dropBody(raw);
}

/** Reads and drops the rest of a body, and closes the connection of one that is too large or too slow for that. */
async function dropBody(raw: IncomingMessage): Promise<void> {
  const socket = raw.socket as Socket | null;
  // The connection is over.
  if (socket === null) return;
  const bytesBefore = socket.bytesRead;
  const startedAtMs = performance.now();
  let [bytes, heardAtMs] = [bytesBefore, startedAtMs];
  raw.on('error', () => undefined);
  while (!raw.complete && !socket.destroyed) {
    // Again each time: whoever was reading it, such as a decoder, may pause it while it lets go of it.
    raw.resume();
    const now = performance.now();
    if (socket.bytesRead > bytes) [bytes, heardAtMs] = [socket.bytesRead, now];
    if (bytes - bytesBefore > maxDroppedBytes || now - startedAtMs > maxDropMs || now - heardAtMs > maxDropIdleMs) {
      socket.destroy();
      return;
    }
    await delay(dropPollMs, undefined, { ref: false });
  }
}

/** After a response of any kind, such as to a GET with a body. */
function dropUnreadBody(request: FastifyRequest): void {
  if (isSending(request) && !request.awaitsContinue) void dropBody(request.raw);
}
