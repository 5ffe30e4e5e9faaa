/** The proxies of the browser. */
import http from 'node:http';
import https from 'node:https';
import { ProxyConfiguration } from '@wherry/durable/crawlee';
import { getProxyForUrl } from 'proxy-from-env';
import type { CommonInput } from '../input/common-input.ts';
import { proxiesOf } from '../input/proxies.ts';
import { nodeUsesProxies, siteUrl } from '../settings.ts';

/** The proxies of the input, or of the environment (`HTTPS_PROXY`, …). */
export async function browserProxiesOf(input: CommonInput): Promise<ProxyConfiguration | undefined> {
  forwardDirectly();
  const proxies = await proxiesOf(input);
  const proxyUrl = getProxyForUrl(siteUrl);
  return proxies ?? (proxyUrl === '' ? undefined : new ProxyConfiguration({ proxyUrls: [proxyUrl] }));
}

/**
 * Crawlee runs a local proxy between the browser and a proxy that needs a password. With `NODE_USE_ENV_PROXY` Node would send
 * the forwarded requests through the environment's proxy again, which ends the process.
 */
function forwardDirectly(): void {
  if (!nodeUsesProxies) return;
  http.globalAgent = new http.Agent({ keepAlive: true });
  https.globalAgent = new https.Agent({ keepAlive: true });
}

/**
 * Each page has its own proxy. The browser's own requests, such as for updates, would go through the proxy of its first page
 * and cost the user money. If there are proxies, these requests are therefore sent to a proxy that does not exist.
 */
export function disableBrowserTraffic(_pageId: string, launch: LaunchContext): void {
  if (launch.proxyUrl === undefined) return;
  launch.proxyUrl = undefined as never;
  launch.launchOptions = { ...launch.launchOptions, proxy: { server: nowhere } };
}

interface LaunchContext {
  proxyUrl?: string;
  launchOptions?: object;
}

const nowhere = 'http://127.0.0.1:9';
