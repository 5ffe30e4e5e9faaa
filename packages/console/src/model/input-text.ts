/** Values of an input's fields as the texts that are edited, and back. Pure. */
import { type InputField, isObject, type JsonObject } from './input-schema.ts';

/** What a text is as a value. A text that is none yet keeps the form from being sent. */
export type Parsed =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly message: string };

const valued = (value: unknown): Parsed => ({ kind: 'value', value });
const absent: Parsed = { kind: 'absent' };
const invalid = (message: string): Parsed => ({ kind: 'invalid', message });

/** An empty text is no value. Only an explicit empty text of the input's own is one, which `formerValue` says. */
export function parseText(text: string, formerValue?: unknown): Parsed {
  return text === '' && formerValue !== '' ? absent : valued(text);
}

/** Of numbers: what JSON can have, also with a comma as thousands are pasted. */
export function parseNumber(text: string, type: 'integer' | 'number'): Parsed {
  const bare = text.trim().replaceAll(/(?<=\d)[ _,](?=\d{3}(\D|$))/g, '');
  if (bare === '') return absent;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare)) return invalid(`"${text.trim()}" is not a number.`);
  const value = Number(bare);
  if (!Number.isFinite(value)) return invalid(`"${text.trim()}" is too large.`);
  if (type === 'integer' && !Number.isInteger(value)) return invalid('Enter a whole number.');
  if (type === 'integer' && !Number.isSafeInteger(value))
    return invalid('JavaScript cannot count this exactly. Enter less.');
  return valued(value);
}

export const numberText = (value: unknown): string => (typeof value === 'number' ? String(value) : '');

/** The value one step up or down, within the bounds of the schema. */
export function stepped(value: number, step: 1 | -1, { minimum, maximum }: JsonObject): number {
  const least = typeof minimum === 'number' ? minimum : Number.NEGATIVE_INFINITY;
  const most = typeof maximum === 'number' ? maximum : Number.POSITIVE_INFINITY;
  return Math.min(most, Math.max(least, value + step));
}

export function parseJsonText(text: string): Parsed {
  if (text.trim() === '') return absent;
  try {
    return valued(JSON.parse(text));
  } catch (error) {
    return invalid(`This is not valid JSON: ${(error as Error).message}.`);
  }
}

export const jsonText = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value, undefined, 2));

/** A whole input. */
export function parseInput(text: string): Parsed {
  const parsed = parseJsonText(text);
  if (parsed.kind === 'absent') return valued({});
  if (parsed.kind === 'value' && !isObject(parsed.value))
    return invalid('An input is a JSON object: { "field": value, … }.');
  return parsed;
}

/** `3 weeks`, a day, or anything else that the schema of a date may take. */
export type DateValue =
  | { readonly kind: 'absolute'; readonly day: string }
  | { readonly kind: 'relative'; readonly amount: number; readonly unit: string }
  | { readonly kind: 'other'; readonly text: string };

export const dateUnits = ['day', 'week', 'month', 'year'] as const;
const relativeDate = /^\s*(\d{1,9})\s*(minute|hour|day|week|month|year)s?\s*$/i;
const absoluteDate = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

export function parseDate(value: string): DateValue {
  if (absoluteDate.test(value)) return { kind: 'absolute', day: value };
  const [, amount, unit] = relativeDate.exec(value) ?? [];
  if (amount === undefined) return { kind: 'other', text: value };
  return { kind: 'relative', amount: Number(amount), unit: unit!.toLowerCase() };
}

export const relativeText = (amount: number, unit: string): string => `${amount} ${unit}${amount === 1 ? '' : 's'}`;

/** Which kinds of dates a field takes. */
export function dateKindsOf({ schema }: InputField): readonly ('absolute' | 'relative')[] {
  if (schema.dateType === 'relative') return ['relative'];
  return schema.dateType === 'absoluteOrRelative' ? ['absolute', 'relative'] : ['absolute'];
}
