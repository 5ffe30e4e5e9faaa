import { type Agent, request } from 'node:http';
import type { FuzzCall } from './fuzz-calls.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export function send(agent: Agent, url: string, { method, path, headers, body }: FuzzCall): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': body.length };
    const sent = request(url, { agent, method, path, headers: { ...headers, ...length } });
    sent.setTimeout(120_000, () => sent.destroy(new Error('there was no answer for two minutes')));
    sent.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
      const { statusCode: status = 0, headers: answered } = response;
      // A stream of events has no end.
      if (answered['content-type']?.startsWith('text/event-stream')) {
        response.once('data', () => response.destroy());
        response.once('close', () => resolve({ status, headers: answered, body: '' }));
      }
      response.once('end', () => resolve({ status, headers: answered, body: Buffer.concat(chunks).toString() }));
    });
    if (headers.expect !== undefined && body !== undefined) sent.once('continue', () => sent.end(body)).flushHeaders();
    else sent.end(body);
  });
}

/** What is wrong with an answer; undefined for nothing. */
export function faultOf({ method, path }: FuzzCall, { status, headers, body }: FuzzAnswer): string | undefined {
  // Calls may have drained all servers, and a machine that is busy is not healthy.
  const isSaid = status === 503 && (body.includes('"no-server"') || path.startsWith('/health'));
  if (isSaid) return undefined;
  if (status >= 500) return `answered ${status}: ${body.slice(0, 500)}`;
  if (headers['x-content-type-options'] !== 'nosniff') return 'lacks nosniff';
  if (status < 400 || method === 'HEAD') return undefined;
  try {
    const { error } = JSON.parse(body) as { error: { type: unknown; message: unknown } };
    if (typeof error.type === 'string' && typeof error.message === 'string') return undefined;
  } catch {
    // Said below.
  }
  return `answered ${status} in another form: ${body.slice(0, 500)}`;
}

export const describe = ({ method, path, headers, body }: FuzzCall): string =>
  `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString().slice(0, 300) ?? ''}`;
