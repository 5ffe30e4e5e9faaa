/** HTML as a list of its tags and texts, as far as READMEs use it. What is made of them is decided by `prose.ts`. Pure. */

export type HtmlToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open'; readonly tag: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly tag: string };

const tagPattern = /^<(\/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/;
const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

export function htmlTokens(html: string): readonly HtmlToken[] {
  const tokens: HtmlToken[] = [];
  const addText = (text: string) => {
    if (text !== '') tokens.push({ kind: 'text', text: decodeEntities(text) });
  };
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf('<', at);
    if (start === -1) break;
    addText(html.slice(at, start));
    if (html.startsWith('<!--', start)) {
      const end = html.indexOf('-->', start + 4);
      at = end === -1 ? html.length : end + 3;
      continue;
    }
    const [whole, slash, name, rest] = tagPattern.exec(html.slice(start, start + maxTagLength)) ?? [];
    if (whole === undefined) {
      addText('<');
      at = start + 1;
      continue;
    }
    const tag = name!.toLowerCase();
    tokens.push(slash === '/' ? { kind: 'close', tag } : { kind: 'open', tag, attributes: attributesOf(rest!) });
    at = start + whole.length;
  }
  addText(html.slice(at));
  return tokens;
}

/** Longer ones are text, so that the time grows with the length of the text alone. */
const maxTagLength = 2000;

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single, bare] of text.matchAll(attributePattern)) {
    attributes.set(name!.toLowerCase(), decodeEntities(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  rarr: '→',
  larr: '←',
  middot: '·',
  bull: '•',
};

const maxCodePoint = 0x10ffff;

export function decodeEntities(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= maxCodePoint ? String.fromCodePoint(code) : whole;
  });
}
