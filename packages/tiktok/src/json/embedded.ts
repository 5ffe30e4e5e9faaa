import { parseExactJson } from './exact-json.ts';

/** JSON that a page carries in a script element. */
export type Embedded =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'absent' }
  /** The element is there, but its text is cut off or no JSON. */
  | { readonly kind: 'incomplete' };

/** A script's text ends at the first end tag, whatever stands in it; so says HTML, and so a scan is enough. */
export function embeddedJson(html: string, elementId: string): Embedded {
  // Bounded, or a page of nothing but starts of scripts would take for ever.
  const open = new RegExp(`<script\\b[^>]{0,500}\\bid=["']?${elementId}\\b["']?[^>]{0,500}>`, 'i').exec(html);
  if (open === null) return { kind: 'absent' };
  const start = open.index + open[0].length;
  const end = html.indexOf('</script', start);
  if (end === -1) return { kind: 'incomplete' };
  const parsed = parseExactJson(html.slice(start, end));
  return parsed.kind === 'json' ? parsed : { kind: 'incomplete' };
}
