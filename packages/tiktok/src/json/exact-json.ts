/**
 * JSON without loss of digits.
 *
 * [exact-number-1] An integer that a JavaScript number cannot hold exactly becomes the string of its digits. TikTok's ids
 *     have 19 digits, and are not always quoted.
 */
export type ExactJson = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'not_json' };

/** Matches 16 digits that may belong to a number. A reviver makes parsing several times slower, and most texts need none. */
const mayHoldLongInteger = /[[:,\s]-?\d{16}|^-?\d{16}/;

const integer = /^-?\d+$/;

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepDigits: SourceReviver = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && integer.test(source)
    ? source
    : value;

// Older versions of Node do not pass `source`, and would lose digits silently.
if (JSON.parse('9007199254740993', keepDigits as Parameters<typeof JSON.parse>[1]) !== '9007199254740993') {
  throw new Error('@wherry/tiktok needs Node 22 or later, whose JSON.parse passes the source text of numbers.');
}

export function parseExactJson(text: string): ExactJson {
  try {
    // TypeScript's library does not know the reviver's third argument.
    const reviver = mayHoldLongInteger.test(text) ? (keepDigits as Parameters<typeof JSON.parse>[1]) : undefined;
    return { kind: 'json', value: JSON.parse(text, reviver) };
  } catch {
    return { kind: 'not_json' };
  }
}
