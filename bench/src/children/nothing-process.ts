import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync } from 'node:zlib';
import { SyncedLog } from '../synced-log.ts';
import { serve } from './serve.ts';

/**
 * The limit of the stock client: a server that responds at once, in the right form, and does nothing. It only remembers
 * the requests of a queue, because there would be nothing to fetch otherwise. With the path of a log it syncs that once
 * for each write: the limit of any server that responds when a write is durable.
 */
const [logFile] = process.argv.slice(2);
const log = logFile === undefined ? undefined : new SyncedLog(logFile);

interface StoredRequest {
  readonly id: string;
  readonly uniqueKey: string;
  readonly json: string;
}

interface Queue {
  readonly requests: Map<string, StoredRequest>;
  readonly waiting: StoredRequest[];
}

const queues = new Map<string, Queue>();
const time = new Date(0).toISOString();
const far = new Date(Date.now() + 24 * 3600 * 1000).toISOString();

const server = createServer((request, response) => {
  if (request.method !== 'GET') log?.append();
  const [path = '', query = ''] = request.url!.split('?');
  const [, , resource, storage, kind, item, detail] = path.split('/');
  if (resource === 'request-queues' && storage !== undefined && kind !== undefined) {
    answerQueue(request, response, queueOf(storage), { kind, item, detail });
    return;
  }
  request.resume();
  if (kind !== undefined) {
    if (request.method === 'GET') send(response, 404, notFound);
    else send(response, 201, '{}');
    return;
  }
  const id = storage ?? new URLSearchParams(query).get('name') ?? 'unnamed';
  send(response, 200, `{"data":{"id":"${id}","name":"${id}","createdAt":"${time}","modifiedAt":"${time}"}}`);
});

const notFound = '{"error":{"type":"record-not-found","message":"There is none."}}';

function queueOf(id: string): Queue {
  const queue = queues.get(id) ?? { requests: new Map(), waiting: [] };
  queues.set(id, queue);
  return queue;
}

type Part = { kind: string; item: string | undefined; detail: string | undefined };

function answerQueue(request: IncomingMessage, response: ServerResponse, queue: Queue, part: Part): void {
  if (part.item === 'batch') {
    void add(request, response, queue);
    return;
  }
  request.resume();
  const [status, body] = answerOf(request.method!, queue, part);
  send(response, status, body);
}

function answerOf(method: string, queue: Queue, { kind, item, detail }: Part): [status: number, body: string] {
  if (kind === 'head') return [201, headOf(queue)];
  if (detail === 'lock') return [200, `{"data":{"lockExpiresAt":"${far}"}}`];
  if (method === 'GET') return [200, `{"data":${queue.requests.get(item!)!.json}}`];
  return [200, `{"data":{"requestId":"${item}","wasAlreadyPresent":true,"wasAlreadyHandled":false}}`];
}

async function add(request: IncomingMessage, response: ServerResponse, queue: Queue): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const sent = Buffer.concat(chunks);
  // The client compresses bodies above 1 KiB.
  const body = request.headers['content-encoding'] === 'br' ? brotliDecompressSync(sent) : sent;
  const added = JSON.parse(body.toString()) as { uniqueKey: string }[];
  const processedRequests = added.map(({ uniqueKey, ...rest }) => {
    const id = createHash('sha256').update(uniqueKey).digest('base64').replaceAll(/[+/=]/g, '').slice(0, 15);
    const stored = { id, uniqueKey, json: JSON.stringify({ ...rest, id, uniqueKey }) };
    queue.requests.set(id, stored);
    queue.waiting.push(stored);
    return { requestId: id, uniqueKey, wasAlreadyPresent: false, wasAlreadyHandled: false };
  });
  send(response, 201, JSON.stringify({ data: { processedRequests, unprocessedRequests: [] } }));
}

function headOf(queue: Queue): string {
  const items = queue.waiting.splice(0, 25).map(({ json }) => `${json.slice(0, -1)},"lockExpiresAt":"${far}"}`);
  return `{"data":{"limit":25,"lockSecs":180,"queueModifiedAt":"${time}","queueHasLockedRequests":true,"hadMultipleClients":false,"items":[${items.join(',')}]}}`;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

server.listen(0, '127.0.0.1', () => {
  serve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => null);
});
