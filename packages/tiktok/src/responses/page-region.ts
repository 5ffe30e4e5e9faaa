import type { Captured } from '../captured.ts';
import { embeddedJson } from '../json/embedded.ts';
import { Place } from '../json/place.ts';

/**
 * The country that TikTok served a page for, as two capital letters, from the context that its pages have for their script.
 * TikTok derives it from the visitor's address. Null if the page does not say it.
 */
export function regionOfPage({ body }: Captured): string | null {
  const embedded = embeddedJson(body, '__UNIVERSAL_DATA_FOR_REHYDRATION__');
  if (embedded.kind !== 'json') return null;
  const region = new Place(embedded.value, '', []).at('__DEFAULT_SCOPE__', 'webapp.app-context', 'region').text();
  return region !== null && /^[a-z]{2}$/i.test(region) ? region.toUpperCase() : null;
}
