import { Actor, type ProxyConfiguration } from 'apify';
import type { CommonInput } from './common-input.ts';

/** Undefined if the input names none, since the SDK would then use Apify's. Proxies that cannot be used fail the run. */
export async function proxiesOf({ proxyConfiguration }: CommonInput): Promise<ProxyConfiguration | undefined> {
  if (proxyConfiguration === undefined) return undefined;
  try {
    return await Actor.createProxyConfiguration(proxyConfiguration);
  } catch (error) {
    await Actor.fail(`proxyConfiguration cannot be used: ${(error as Error).message}`);
    throw error;
  }
}
