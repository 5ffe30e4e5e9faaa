import { invalidInput } from '../../shared/errors.ts';
import { requestIdOf } from '../../shared/ids.ts';
import { isJsonObject } from '../../shared/json-object.ts';

/** A checked request, ready to be stored. */
export interface NewRequest {
  readonly id: string;
  readonly uniqueKey: string;
  readonly url: string;
  readonly method: string;
  readonly retryCount: number;
  /** Milliseconds since 1970; null until it is handled. */
  readonly handledAt: number | null;
  /** The whole request. */
  readonly json: string;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const maxUniqueKeyLength = 65_536;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What each field must be, if it is present. Null counts as missing. */
const fields: readonly (readonly [name: string, check: (value: unknown) => boolean, wanted: string])[] = [
  ['url', (value) => isText(value) && value !== '', 'a text that is not empty'],
  [
    'uniqueKey',
    (value) => isText(value) && value !== '' && (value as string).length <= maxUniqueKeyLength,
    `a text of 1 to ${maxUniqueKeyLength} characters`,
  ],
  ['id', isText, 'a text'],
  ['method', (value) => methods.includes(value as string), `one of ${methods.join(', ')}`],
  ['retryCount', (value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number of at least 0'],
  ['loadedUrl', isText, 'a text'],
  ['payload', (value) => isText(value) || isJsonObject(value), 'a text or an object'],
  ['headers', isJsonObject, 'an object'],
  ['userData', isJsonObject, 'an object'],
  ['noRetry', (value) => typeof value === 'boolean', 'true or false'],
  ['errorMessages', isTexts, 'a list of texts'],
  [
    'handledAt',
    (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
    'a time like 2026-01-31T12:00:00Z',
  ],
];

/** Fields about the lock that only responses have. They are not part of the request, though clients send them back. */
const responseOnlyFields = ['lockExpiresAt', 'lockByClient', 'orderNo'];

/**
 * Checks and returns a request of a body. `where` names it in error messages, e.g. `requests[3]`.
 * @throws Refusal 400 `invalid-input`
 */
export function newRequestOf(value: unknown, where: string): NewRequest {
  if (!isJsonObject(value)) throw invalidInput(`Send ${where} as a JSON object, e.g. {"url":"https://example.com"}.`);
  const given = Object.fromEntries(
    Object.entries(value).filter(([name, field]) => field !== null && !responseOnlyFields.includes(name)),
  );
  if (given.url === undefined) throw invalidInput(`The field "url" of ${where} is missing. Add it.`);
  for (const [name, check, wanted] of fields) {
    if (given[name] === undefined || check(given[name])) continue;
    throw invalidInput(`The field "${name}" of ${where} must be ${wanted}.`);
  }
  const url = given.url as string;
  const uniqueKey = (given.uniqueKey as string | undefined) ?? url;
  const id = requestIdOf(uniqueKey);
  if (given.id !== undefined && given.id !== id) {
    throw invalidInput(`The field "id" of ${where} is not the id of its uniqueKey. Leave it out, or send "${id}".`);
  }
  const { method = 'GET', retryCount = 0 } = given as { method?: string; retryCount?: number };
  const handledAt = given.handledAt === undefined ? null : Date.parse(given.handledAt as string);
  const whole = { ...given, id, uniqueKey, url, method, retryCount };
  return { id, uniqueKey, url, method, retryCount, handledAt, json: jsonOf(whole, handledAt) };
}

function jsonOf(request: object, handledAt: number | null): string {
  try {
    return JSON.stringify(handledAt === null ? request : { ...request, handledAt: new Date(handledAt).toISOString() });
  } catch (error) {
    // JSON.parse reads any depth of nesting; JSON.stringify overflows the stack.
    if (error instanceof RangeError) throw invalidInput('A request is nested too deeply. Flatten it.');
    throw error;
  }
}

/** Returns the JSON of a stored request with the time at which it was handled. */
export const withHandledAt = (json: string, handledAt: number): string => jsonOf(JSON.parse(json) as object, handledAt);
