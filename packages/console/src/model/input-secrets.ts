/** Secret fields of an input: they are masked wherever an input is shown, and never kept in the browser. Pure. */
import { fieldsOf, type JsonObject } from './input-schema.ts';

/** The platform stores a secret encrypted, and gives it back so. */
export const isSealed = (value: unknown): boolean =>
  typeof value === 'string' && /^ENCRYPTED_(VALUE|STRING|JSON):/.test(value);

const secretKeys = (schema: JsonObject | null): readonly string[] =>
  schema === null
    ? []
    : fieldsOf(schema)
        .filter(({ isSecret }) => isSecret)
        .map(({ key }) => key);

export const maskOf = (key: string): string => `<secret: ${key}>`;

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** For the JSON editor and for examples: what a secret field has is replaced by its mask. */
export function masked(schema: JsonObject | null, input: JsonObject): JsonObject {
  const secrets = secretKeys(schema).filter((key) => isSet(input[key]));
  if (secrets.length === 0) return input;
  return { ...input, ...Object.fromEntries(secrets.map((key) => [key, maskOf(key)])) };
}

/** What was edited with masks: where a mask is left, the former secret stays. */
export function unmasked(schema: JsonObject | null, edited: JsonObject, former: JsonObject): JsonObject {
  const kept = secretKeys(schema).filter((key) => edited[key] === maskOf(key));
  if (kept.length === 0) return edited;
  return { ...edited, ...Object.fromEntries(kept.map((key) => [key, former[key]])) };
}

/** For drafts. */
export function withoutSecrets(schema: JsonObject | null, input: JsonObject): JsonObject {
  const secrets = new Set(secretKeys(schema));
  return Object.fromEntries(Object.entries(input).filter(([key]) => !secrets.has(key)));
}
