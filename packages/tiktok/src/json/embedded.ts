import { parseExactJson } from './exact-json.ts';

/** JSON in a script element of a page. */
export type Embedded =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'absent' }
  /** The element exists, but its text is cut off or not JSON. */
  | { readonly kind: 'incomplete' };

/** Scans for the element. In HTML the text of a script ends at the first end tag, so no parser is needed. */
export function embeddedJson(html: string, elementId: string): Embedded {
  // The lengths are limited, since a page with many starts of scripts would take very long otherwise.
  const open = new RegExp(`<script\\b[^>]{0,500}\\bid=["']?${elementId}\\b["']?[^>]{0,500}>`, 'i').exec(html);
  if (open === null) return { kind: 'absent' };
  const start = open.index + open[0].length;
  const end = html.indexOf('</script', start);
  if (end === -1) return { kind: 'incomplete' };
  const parsed = parseExactJson(html.slice(start, end));
  return parsed.kind === 'json' ? parsed : { kind: 'incomplete' };
}
