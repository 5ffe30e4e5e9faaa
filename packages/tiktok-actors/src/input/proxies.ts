import { Actor, type ProxyConfiguration } from 'apify';
import type { CommonInput } from './common-input.ts';

/** Undefined when the input names none: the SDK would take Apify's own then. Proxies that cannot be had fail the run. */
export async function proxiesOf({ proxyConfiguration }: CommonInput): Promise<ProxyConfiguration | undefined> {
  if (proxyConfiguration === undefined) return undefined;
  try {
    return await Actor.createProxyConfiguration(proxyConfiguration);
  } catch (error) {
    await Actor.fail(`proxyConfiguration cannot be used: ${(error as Error).message}`);
    throw error;
  }
}
