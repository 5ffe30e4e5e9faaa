import { Actor, type ProxyConfiguration } from 'apify';
import { hasProxyPassword } from '../settings.ts';
import type { CommonInput } from './common-input.ts';
import { InputRefusal } from './input-aliases.ts';

/**
 * The country of Apify's proxies, which TikTok takes for the visitor's. The countries of other proxies are their own.
 * @throws InputRefusal if the input names two countries
 */
export function countryOf(
  { useApifyProxy, apifyProxyCountry, countryCode = apifyProxyCountry }: NonNullable<CommonInput['proxyConfiguration']>,
  region: string | undefined,
): { readonly apifyProxyCountry?: string } {
  if (region === undefined || useApifyProxy !== true) return {};
  if (countryCode === undefined || countryCode.toUpperCase() === region) return { apifyProxyCountry: region };
  throw new InputRefusal(
    `region and proxyConfiguration contradict each other: "${region}" and "${countryCode}". Give one country.`,
  );
}

/** Undefined if the input names none, since the SDK would then use Apify's. Proxies that cannot be used fail the run. */
export async function proxiesOf({ proxyConfiguration, region }: CommonInput): Promise<ProxyConfiguration | undefined> {
  if (proxyConfiguration === undefined) return undefined;
  try {
    if (proxyConfiguration.useApifyProxy && Actor.isAtHome() && !hasProxyPassword) {
      // The SDK would ask for it with the run's token, which may not read the user's account.
      throw new Error(
        'This platform gives runs no password of a proxy (APIFY_PROXY_PASSWORD). Give proxyUrls instead.',
      );
    }
    return await Actor.createProxyConfiguration({ ...proxyConfiguration, ...countryOf(proxyConfiguration, region) });
  } catch (error) {
    await Actor.fail(`proxyConfiguration cannot be used: ${(error as Error).message}`);
    throw error;
  }
}
