/** What makes an Actor's requests to the outside go through the recording proxy, as far as it honours any of it. */
export function outsideEnvironment(facts: {
  port: number;
  apiUrl: string;
  /** Names the attempt to the proxy. */
  password: string;
}): Record<string, string> {
  const { port, apiUrl, password } = facts;
  const proxy = `http://auto:${password}@127.0.0.1:${port}`;
  const direct = new URL(apiUrl).host;
  return {
    ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => bothCases(name, proxy))),
    ...Object.fromEntries(bothCases('NO_PROXY', direct)),
    // Node's own `fetch` and `http` from 24 on.
    NODE_USE_ENV_PROXY: '1',
    // The SDK's ProxyConfiguration.
    APIFY_PROXY_HOSTNAME: '127.0.0.1',
    APIFY_PROXY_PORT: String(port),
    APIFY_PROXY_PASSWORD: password,
    APIFY_PROXY_STATUS_URL: `http://127.0.0.1:${port}`,
  };
}

const bothCases = (name: string, value: string): [string, string][] => [
  [name, value],
  [name.toLowerCase(), value],
];
