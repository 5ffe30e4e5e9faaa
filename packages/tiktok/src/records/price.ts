/**
 * Prices of products and of their variants.
 *
 * [price-1] Prices are strings with the decimal numbers that TikTok writes, so that no digit is lost or added. The symbol of a
 *     currency is not a currency: `$` is that of more than twenty.
 */
import type { Place } from '../json/place.ts';

export interface Price {
  readonly price: string | null;
  readonly originalPrice: string | null;
  readonly discount: string | null;
  /** The ISO code; null if the page has only the symbol. */
  readonly currency: string | null;
  readonly currencySymbol: string | null;
}

/** Reads a price of the newer pages and of lists. */
export const readPrice = (price: Place): Price => ({
  price: readDecimal(price.at('sale_price_decimal')),
  originalPrice: readDecimal(price.at('origin_price_decimal')),
  discount: price.at('discount_format').text(),
  ...readCurrency([price.at('currency_name'), price.at('currency_symbol')]),
});

/** Older pages write a price as a number, as an object that has it, or with its symbol. */
export function readOldPrice(price: Place): Price {
  const [real, original] = ['real_price', 'original_price'].map((name) => {
    const place = price.at(name);
    return place.isObject ? place.firstOf('price_val', 'price_value', 'price_str') : place;
  });
  return {
    price: readDecimal(real!),
    originalPrice: readDecimal(original!),
    discount: price.at('discount').text(),
    ...readCurrency([price.at('currency'), price.at('currency_symbol'), real!]),
  };
}

/** Three capital letters are a code. Everything else around a number is a symbol [price-1]. */
function readCurrency(places: readonly Place[]): Pick<Price, 'currency' | 'currencySymbol'> {
  const texts = places
    .map((place) => (typeof place.value === 'string' ? place.value.replaceAll(/[\d.,\s-]/g, '') : ''))
    .filter((text) => text !== '');
  const isCode = (text: string): boolean => /^[A-Z]{3}$/.test(text);
  return { currency: texts.find(isCode) ?? null, currencySymbol: texts.find((text) => !isCode(text)) ?? null };
}

/** Reads a price without changing its digits [price-1]. Of a range the lower price is given. */
export function readDecimal(price: Place): string | null {
  if (typeof price.value !== 'string') return price.number()?.toString() ?? null;
  if (price.value === '') return null;
  if (/^\d+(\.\d+)?$/.test(price.value)) return price.value;
  const [written] = price.value.split(/\s[-–]\s/);
  // Three digits after a point may be thousands.
  const [, digits] = /^[^\d-]*(\d{1,3}(?:,\d{3})+(?:\.\d\d?)?|\d+(?:\.\d\d?)?)\D*$/.exec(written!) ?? [];
  return digits === undefined ? price.unreadable() : digits.replaceAll(',', '');
}
