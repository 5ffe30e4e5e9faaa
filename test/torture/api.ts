import { setTimeout as delay } from 'node:timers/promises';
import { token } from './victim.ts';

export interface ApiResponse {
  readonly status: number;
  /** Undefined when the body is not JSON. */
  readonly body: unknown;
}

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to wait for the response. */
  readonly secs?: number;
}

/** Responses that say that the platform cannot do it now, and that nothing was done. */
const isBusy = ({ status }: ApiResponse): boolean => status === 507 || status === 503 || status === 429;

/** The API of the platform, as its owner calls it. */
export class Api {
  readonly url: string;
  /** What was wrong with a response. */
  readonly problems: string[] = [];

  readonly authorization = `Bearer ${token}`;

  constructor(url: string) {
    this.url = url;
  }

  /** Undefined when no response came: it is not known then whether the call took effect. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<ApiResponse | undefined> {
    const { body, headers = {}, secs = 120 } = options;
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: { authorization: this.authorization, ...(body !== undefined && { 'content-type': type }), ...headers },
        ...(body !== undefined && { body: isBytes ? (body as BodyInit) : JSON.stringify(body) }),
        signal: AbortSignal.timeout(secs * 1000),
      });
      const text = await response.text();
      if (response.status >= 500 && !isBusy({ status: response.status, body: undefined })) {
        this.problems.push(`${method} ${path} got ${response.status}: ${text.slice(0, 300)}`);
      }
      return { status: response.status, body: parsed(text) };
    } catch {
      return undefined;
    }
  }

  /** Calls until the platform takes the call. @throws Error when it refuses it, or does not take it in time */
  async insist<Result>(method: string, path: string, options: CallOptions & { readonly tryForSecs?: number } = {}) {
    const { tryForSecs = 120 } = options;
    const endMs = performance.now() + tryForSecs * 1000;
    for (;;) {
      const response = await this.call(method, path, options);
      if (response !== undefined && response.status < 400) return (response.body as { data: Result })?.data;
      const isRefused = response !== undefined && response.status < 500 && !isBusy(response);
      if (isRefused || performance.now() > endMs) {
        throw new Error(`${method} ${path} got ${JSON.stringify(response)?.slice(0, 500) ?? 'no response'}`);
      }
      await delay(50);
    }
  }

  /** All items of a list or a dataset. */
  async all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    const separator = path.includes('?') ? '&' : '?';
    for (;;) {
      const url = `${path}${separator}offset=${items.length}&limit=1000`;
      const response = await this.call('GET', url);
      const body = response?.body as { data: { items: Item[] } } | Item[] | undefined;
      if (response?.status !== 200 || body === undefined) {
        throw new Error(`GET ${url} got ${response?.status ?? 'no response'}`);
      }
      const page = Array.isArray(body) ? body : body.data.items;
      items.push(...page);
      if (page.length < 1000) return items;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
