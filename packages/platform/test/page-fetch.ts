/** A page of another site, whose browser decides by the responses what it may do. Source: the Fetch standard. */
const origin = 'https://page.example';
const safeMethods = ['GET', 'HEAD', 'POST'];
const safeHeaders = ['accept', 'accept-language', 'content-language'];
const alwaysExposed = [
  ...['cache-control', 'content-language', 'content-length', 'content-type'],
  ...['expires', 'last-modified', 'pragma'],
];

const listOf = (response: Response, name: string) =>
  (response.headers.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());

export class CorsError extends Error {}

export interface PageInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * Fetches as a browser does for a page of `https://page.example`.
 * @throws CorsError when the server has not allowed it
 */
export async function browserFetch(url: string, init: PageInit = {}) {
  const { method = 'GET', headers = {} } = init;
  const unsafe = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => !safeHeaders.includes(name));
  if (unsafe.length > 0 || !safeMethods.includes(method)) {
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(unsafe.length > 0 && { 'access-control-request-headers': unsafe.join(',') }),
      },
    });
    if (!preflight.ok) throw new CorsError(`the preflight got ${preflight.status}`);
    checkOrigin(preflight);
    if (
      !safeMethods.includes(method) &&
      !listOf(preflight, 'access-control-allow-methods').includes(method.toLowerCase())
    )
      throw new CorsError(`${method} is not allowed`);
    const allowed = listOf(preflight, 'access-control-allow-headers');
    const missing = unsafe.find((name) => !allowed.includes(name));
    if (missing !== undefined) throw new CorsError(`the header ${missing} is not allowed`);
  }
  const response = await fetch(url, { ...init, headers: { ...headers, origin } });
  checkOrigin(response);
  const exposed = [...alwaysExposed, ...listOf(response, 'access-control-expose-headers')];
  return {
    status: response.status,
    json: (await response.json().catch(() => undefined)) as unknown,
    header: (name: string) =>
      exposed.includes(name.toLowerCase()) || exposed.includes('*') ? response.headers.get(name) : null,
    all: response.headers,
  };
}

function checkOrigin(response: Response): void {
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed !== '*' && allowed !== origin) throw new CorsError('the origin is not allowed');
}
