/** By what way the browser asks. */
import http from 'node:http';
import https from 'node:https';
import { ProxyConfiguration } from '@wherry/durable/crawlee';
import { getProxyForUrl } from 'proxy-from-env';
import type { CommonInput } from '../input/common-input.ts';
import { proxiesOf } from '../input/proxies.ts';
import { nodeUsesProxies, siteUrl } from '../settings.ts';

/** Those of the input, or of the environment (`HTTPS_PROXY`, …). */
export async function browserProxiesOf(input: CommonInput): Promise<ProxyConfiguration | undefined> {
  forwardDirectly();
  const proxies = await proxiesOf(input);
  const proxyUrl = getProxyForUrl(siteUrl);
  return proxies ?? (proxyUrl === '' ? undefined : new ProxyConfiguration({ proxyUrls: [proxyUrl] }));
}

/**
 * Crawlee puts a local proxy between the browser and one that wants a password. With `NODE_USE_ENV_PROXY` Node would send
 * what that local one forwards through the environment's proxy once more, and ends the process over it.
 */
function forwardDirectly(): void {
  if (!nodeUsesProxies) return;
  http.globalAgent = new http.Agent({ keepAlive: true });
  https.globalAgent = new https.Agent({ keepAlive: true });
}

/**
 * Pages have proxies of their own. What the browser asks for by itself, such as its updates, would go through the proxy of
 * its first page, and cost its user money; where there are proxies, it goes nowhere.
 */
export function keepToPages(_pageId: string, launch: LaunchContext): void {
  if (launch.proxyUrl === undefined) return;
  launch.proxyUrl = undefined as never;
  launch.launchOptions = { ...launch.launchOptions, proxy: { server: nowhere } };
}

interface LaunchContext {
  proxyUrl?: string;
  launchOptions?: object;
}

const nowhere = 'http://127.0.0.1:9';
