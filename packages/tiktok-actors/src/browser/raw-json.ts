/**
 * JSON that is written again as it was read: an integer that a JavaScript number cannot hold, such as an id, keeps all of
 * its digits, and stays a number.
 */
interface RawJson {
  readonly rawJSON: string;
}

// TypeScript's library knows neither `JSON.rawJSON` nor the reviver's third argument. Node has had them since 21.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): RawJson };
type Reviver = Parameters<typeof JSON.parse>[1];

const keepDigits = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined ? rawJSON(source) : value;

export const parseRaw = (text: string): unknown => JSON.parse(text, keepDigits as Reviver);

/** An id, however it is written. */
export const textOfId = (id: unknown): string =>
  typeof id === 'object' && id !== null && 'rawJSON' in id ? (id as RawJson).rawJSON : `${id}`;
