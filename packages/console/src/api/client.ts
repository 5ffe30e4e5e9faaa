import createClient, { type Middleware } from 'openapi-fetch';
import type { paths as ApifyPaths } from './apify-v2.d.ts';
import type { paths as WherryPaths } from './wherry-v1.d.ts';

/** What the platform refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  /** What was tried, e.g. `POST /v2/actor-runs/…/abort`. */
  readonly call: string;
  readonly details: unknown;

  constructor(status: number, type: string, message: string, { call, details }: { call: string; details?: unknown }) {
    super(message);
    this.status = status;
    this.type = type;
    this.call = call;
    this.details = details;
  }
}

let csrfToken: string | undefined;

/** What each call that changes something sends: the session's token, which another site's page does not know. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

const csrfHeaders = (): Record<string, string> => (csrfToken === undefined ? {} : { 'x-wherry-csrf': csrfToken });

const readMethods = new Set(['GET', 'HEAD']);

const session: Middleware = {
  onRequest({ request }) {
    if (!readMethods.has(request.method) && csrfToken !== undefined) request.headers.set('x-wherry-csrf', csrfToken);
    return request;
  },
  async onResponse({ request, response }) {
    if (!response.ok) throw await errorOf(request, response);
    return response;
  },
  onError({ request, error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    return unreachable(callOf(request.method, request.url), error);
  },
};

const callOf = (method: string, url: string): string => `${method} ${new URL(url, location.origin).pathname}`;

const unreachable = (call: string, cause: unknown): ApiError => {
  const message = 'The platform does not respond. The console connects again by itself; is the platform running?';
  return new ApiError(0, 'unreachable', message, { call, details: String(cause) });
};

async function errorOf(request: Request, response: Response): Promise<ApiError> {
  const call = callOf(request.method, request.url);
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { type: string; message: string; data?: unknown } };
    return new ApiError(response.status, error.type, error.message, { call, details: error.data });
  } catch {
    const message = `The platform responded with ${response.status} and no explanation.`;
    return new ApiError(response.status, 'unexpected-response', message, { call, details: text.slice(0, 500) });
  }
}

/** Apify's API. */
export const apify = createClient<ApifyPaths>({ baseUrl: location.origin });
/** Wherry's own API. */
export const wherry = createClient<WherryPaths>({ baseUrl: location.origin });
apify.use(session);
wherry.use(session);

/** The body of a response whose errors have been thrown. */
export async function bodyOf<Body>(response: Promise<{ data?: Body; error?: unknown }>): Promise<Body> {
  return (await response).data as Body;
}

/** The object in a response `{ data: … }`. */
export async function dataOf<Data>(response: Promise<{ data?: { data: Data }; error?: unknown }>): Promise<Data> {
  return (await bodyOf(response)).data;
}

/** A call of which the descriptions do not have the response: no JSON, a stream, more than they name. @throws ApiError */
export async function fetchApi(path: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(path, { ...init, headers: { ...csrfHeaders(), ...(init.headers as object) } });
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(callOf(request.method, request.url), error);
  }
  if (!response.ok) throw await errorOf(request, response);
  return response;
}

/** The object in a JSON response `{ data: … }`. @throws ApiError */
export async function fetchData<Data>(path: string, init: RequestInit = {}): Promise<Data> {
  const response = await fetchApi(path, init);
  return ((await response.json()) as { data: Data }).data;
}

/** What `fetchApi` and `fetchData` take for a call with a JSON body. */
export const withBody = (method: 'POST' | 'PUT', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
