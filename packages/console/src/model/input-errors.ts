/** Which field what the platform says of an input belongs to. Pure. */
import { isObject } from './input-schema.ts';

/** What is wrong with an input, in the platform's words, by field. The key `''` is about the whole. */
export type InputErrors = Readonly<Record<string, string>>;

/**
 * Of an error of `validate-input` or of a start: its message, and its `data` with `invalidFields`, each with the `field`, null for
 * what is about the whole input.
 */
export function inputErrors(message: string, data: unknown): InputErrors {
  const invalid = isObject(data) && Array.isArray(data.invalidFields) ? data.invalidFields.filter(isObject) : [];
  if (invalid.length === 0) return { '': message };
  const errors: Record<string, string> = {};
  for (const { field, message: text } of invalid) {
    const key = typeof field === 'string' ? field : '';
    errors[key] = errors[key] === undefined ? String(text) : `${errors[key]} ${String(text)}`;
  }
  return errors;
}
