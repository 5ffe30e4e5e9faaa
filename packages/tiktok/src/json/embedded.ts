import { parseExactJson } from './exact-json.ts';
import { partAt } from './json-part.ts';

/** JSON in a script element of a page. */
export type Embedded =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'absent' }
  /** The element exists, but its text is cut off or not JSON. */
  | { readonly kind: 'incomplete' };

/** Scans for the element. In HTML the text of a script ends at the first end tag, so no parser is needed. */
export function embeddedJson(html: string, elementId: string): Embedded {
  const element = textOf(html, elementId);
  if (element === null) return { kind: 'absent' };
  if (element.end === -1) return { kind: 'incomplete' };
  const parsed = parseExactJson(html.slice(element.start, element.end));
  return parsed.kind === 'json' ? parsed : { kind: 'incomplete' };
}

/**
 * The same, with no more of the JSON than the value at these keys of nested objects: nothing else is parsed.
 * @returns the outermost object; undefined if the value cannot be found so. Then `embeddedJson` says what is there.
 */
export function embeddedPart(html: string, elementId: string, keys: readonly string[]): unknown {
  const element = textOf(html, elementId);
  if (element === null || element.end === -1) return undefined;
  const part = partAt(html, element.start, keys);
  if (part === null || part.end > element.end) return undefined;
  const parsed = parseExactJson(html.slice(part.start, part.end));
  if (parsed.kind !== 'json') return undefined;
  return keys.reduceRight((value: unknown, key) => ({ [key]: value }), parsed.value);
}

/** Where the text of the element is; null without the element. `end` is -1 if it is cut off. */
function textOf(html: string, elementId: string): { readonly start: number; readonly end: number } | null {
  // The lengths are limited, since a page with many starts of scripts would take very long otherwise.
  const open = openingTag(elementId).exec(html);
  if (open === null) return null;
  const start = open.index + open[0].length;
  return { start, end: html.indexOf('</script', start) };
}

const openingTags = new Map<string, RegExp>();

function openingTag(elementId: string): RegExp {
  const known = openingTags.get(elementId);
  if (known !== undefined) return known;
  const tag = new RegExp(`<script\\b[^>]{0,500}\\bid=["']?${elementId}\\b["']?[^>]{0,500}>`, 'i');
  openingTags.set(elementId, tag);
  return tag;
}
