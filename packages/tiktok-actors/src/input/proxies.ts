import { Actor, type ProxyConfiguration } from 'apify';
import { hasProxyPassword } from '../settings.ts';
import type { CommonInput } from './common-input.ts';

/** Undefined if the input names none, since the SDK would then use Apify's. Proxies that cannot be used fail the run. */
export async function proxiesOf({ proxyConfiguration }: CommonInput): Promise<ProxyConfiguration | undefined> {
  if (proxyConfiguration === undefined) return undefined;
  try {
    if (proxyConfiguration.useApifyProxy && Actor.isAtHome() && !hasProxyPassword) {
      // The SDK would ask for it with the run's token, which may not read the user's account.
      throw new Error(
        'This platform gives runs no password of a proxy (APIFY_PROXY_PASSWORD). Give proxyUrls instead.',
      );
    }
    return await Actor.createProxyConfiguration(proxyConfiguration);
  } catch (error) {
    await Actor.fail(`proxyConfiguration cannot be used: ${(error as Error).message}`);
    throw error;
  }
}
