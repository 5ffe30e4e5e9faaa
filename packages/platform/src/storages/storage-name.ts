import { invalidInput, Refusal } from '../shared/errors.ts';

/** Apify's rule for the names of storages. */
export function checkStorageName(name: unknown): asserts name is string {
  if (typeof name === 'string' && /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(name)) return;
  throw invalidInput(
    'The name of a storage has 1 to 63 letters, digits and hyphens, with no hyphen at its start or end.',
  );
}

/** Apify's rule for the keys of records. */
export function checkRecordKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && /^[a-zA-Z0-9!\-_.'()]{1,256}$/.test(key)) return;
  throw new Refusal(
    400,
    'invalid-record-key',
    "The key of a record has 1 to 256 characters out of letters, digits and !-_.'(). Change the key.",
  );
}
