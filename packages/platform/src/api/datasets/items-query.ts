import { invalidInput, notImplemented } from '../../shared/errors.ts';
import type { Wanted } from '../../storages/datasets/page.ts';
import type { Shape } from '../../storages/datasets/shape.ts';
import { booleanOf, integerOf, listOf, type Query } from '../query.ts';
import { type FormatOptions, type ItemFormat, itemFormats, missingFormats } from './item-format.ts';

/** The limit that Apify reports when none was given. Clients show it unchanged. */
const noLimit = 999_999_999_999;

const maxUnwoundFields = 50;

export const wantedOf = (query: Query): Wanted => ({
  offset: integerOf(query, 'offset', 0) ?? 0,
  limit: integerOf(query, 'limit', 0) || noLimit,
  desc: booleanOf(query, 'desc') ?? false,
});

export function shapeOf(query: Query): Shape {
  const clean = booleanOf(query, 'clean') ?? false;
  const simplified = booleanOf(query, 'simplified') ?? false;
  const fields = listOf(query, 'fields') ?? (simplified ? ['url', 'pageFunctionResult', 'errorInfo'] : undefined);
  const outputFields = listOf(query, 'outputFields');
  if (outputFields !== undefined && outputFields.length !== fields?.length) {
    throw invalidInput('The parameter "outputFields" must name as many fields as the parameter "fields" does.');
  }
  const unwind = listOf(query, 'unwind') ?? (simplified ? ['pageFunctionResult'] : undefined);
  if (unwind !== undefined && unwind.length > maxUnwoundFields) {
    throw invalidInput(`The parameter "unwind" names at most ${maxUnwoundFields} fields, but has ${unwind.length}.`);
  }
  return {
    fields,
    outputFields,
    omit: listOf(query, 'omit'),
    unwind,
    flatten: listOf(query, 'flatten'),
    skipHidden: (booleanOf(query, 'skipHidden') ?? false) || clean,
    skipEmpty: (booleanOf(query, 'skipEmpty') ?? false) || clean,
    skipFailedPages: booleanOf(query, 'skipFailedPages') ?? false,
    picksLast: Boolean(query.view),
  };
}

export function formatOf(query: Query): ItemFormat {
  const name = query.format || 'json';
  const format = Object.hasOwn(itemFormats, name) ? itemFormats[name] : undefined;
  if (format !== undefined) return format;
  const known = Object.keys(itemFormats).join(', ');
  if (missingFormats.includes(name)) {
    throw notImplemented(`Wherry does not write ${name} yet. Ask for one of ${known}.`);
  }
  throw invalidInput(`The parameter "format" must be one of ${known}, but is "${name}".`);
}

export function formatOptionsOf(query: Query): FormatOptions {
  const delimiter = query.delimiter || ',';
  if ([...delimiter].length !== 1 || /["\r\n]/.test(delimiter)) {
    throw invalidInput('The parameter "delimiter" must be one character, and neither a quote nor a line end.');
  }
  return {
    bom: booleanOf(query, 'bom'),
    delimiter,
    skipHeaderRow: booleanOf(query, 'skipHeaderRow') ?? false,
    escapeFormulas: booleanOf(query, 'escapeFormulas') ?? false,
  };
}
