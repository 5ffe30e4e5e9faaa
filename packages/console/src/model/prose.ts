/**
 * Markdown and HTML that users wrote, as a tree of known elements with nothing in them but texts and links. Pure: the console makes
 * React elements of the tree, so that no text of a user is ever read as HTML by the browser.
 *
 * [prose-1] a node has one of the tags below, a link leads to an address of http, https or mailto, and there are no other attributes.
 * [prose-2] what is no such element is shown as its text, but for scripts, styles and what else is not meant to be read.
 */
import { Lexer, type Token, type Tokens } from 'marked';
import { decodeEntities, htmlTokens } from './html-tokens.ts';

const tags = [
  ...['p', 'div', 'span', 'strong', 'em', 'u', 'del', 'code', 'pre', 'kbd', 'sub', 'sup', 'br', 'hr', 'mark', 'small'],
  ...['ul', 'ol', 'li', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'a', 'details', 'summary'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
] as const;

type ProseTag = (typeof tags)[number] | string;

interface ProseElement {
  readonly tag: ProseTag;
  /** Of links. */
  readonly href?: string;
  readonly children: readonly ProseNode[];
}

export type ProseNode = string | ProseElement;

const known = new Set<string>(tags);
const sameAs: Readonly<Record<string, string>> = {
  b: 'strong',
  i: 'em',
  s: 'del',
  strike: 'del',
  ins: 'u',
  tt: 'code',
  center: 'div',
  section: 'div',
  article: 'div',
  dt: 'div',
  dd: 'div',
};
const voids = new Set(['br', 'hr']);
const unread = new Set([
  'script',
  'style',
  'template',
  'iframe',
  'object',
  'svg',
  'math',
  'noscript',
  'textarea',
  'title',
]);
/** Where an element must be; elsewhere it is a plain block. */
const parents: Readonly<Record<string, readonly string[]>> = {
  li: ['ul', 'ol'],
  summary: ['details'],
  tr: ['table', 'thead', 'tbody'],
  thead: ['table'],
  tbody: ['table'],
  th: ['tr'],
  td: ['tr'],
};

/** Longer texts are cut: a page is not a book. */
export const maxProseLength = 200_000;
const maxDepth = 60;

export function proseOf(markdown: string): readonly ProseNode[] {
  const text = markdown.length > maxProseLength ? `${markdown.slice(0, maxProseLength)}\n\n…` : markdown;
  try {
    const builder = new TreeBuilder();
    addTokens(builder, tokensOf(text));
    return builder.end();
  } catch {
    // Such as a thousand quotes within each other, which the lexer does not bear.
    return [text];
  }
}

/**
 * The parser takes a time that grows with the square of the length, and worse, for texts that are made for it. So paragraphs that
 * are very long, and what comes after a time that no real text takes, are not searched for emphasis and links.
 */
const maxParagraphLength = 4000;
const maxParseMs = 500;
/** Quotes and lists within each other at the begin of a line. */
const deepNesting = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])(?=[ \t>])){20,}/gm;

function tokensOf(text: string): readonly Token[] {
  const lexer = new Lexer({ gfm: true });
  const lines = text.replaceAll(/\r\n?/g, '\n').replaceAll(deepNesting, (markers) => markers.slice(0, 40));
  lexer.blockTokens(lines, lexer.tokens);
  const endsAt = performance.now() + maxParseMs;
  for (const { src, tokens } of lexer.inlineQueue) {
    const isParsed = src.length <= maxParagraphLength && performance.now() < endsAt;
    if (isParsed) lexer.inlineTokens(src, tokens);
    else tokens.push({ type: 'text', raw: src, text: src, escaped: false });
  }
  return lexer.tokens;
}

/** The address of a link; undefined for one that does not lead out of the console, or that runs something. */
export function safeHref(href: string): string | undefined {
  if (!/^\s*[a-z][a-z0-9+.-]*:/i.test(href) && !href.startsWith('//')) return undefined;
  try {
    const url = new URL(href, 'https://invalid.example');
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

interface Frame {
  /** What was opened; what stands for it may be a plain element. */
  readonly name: string;
  readonly tag: string;
  readonly href?: string;
  readonly children: ProseNode[];
  /** Opened by Markdown, so HTML within does not end it. */
  readonly isBarrier: boolean;
  /** Too deep to be an element: its children are its parent's. */
  readonly isFlat?: boolean;
}

class TreeBuilder {
  readonly #frames: Frame[] = [{ name: 'div', tag: 'div', children: [], isBarrier: true }];
  /** The element that is left out with all that is in it. */
  #unread: string | undefined;

  text(text: string): void {
    if (this.#unread === undefined && text !== '') this.#frames.at(-1)!.children.push(text);
  }

  element(tag: string, children: () => void, href?: string): void {
    if (this.#unread !== undefined) return;
    const depth = this.#frames.length;
    this.#open(tag, { href, isBarrier: true });
    children();
    while (this.#frames.length > depth) this.#close();
  }

  html(html: string): void {
    for (const token of htmlTokens(html)) {
      if (this.#unread !== undefined) {
        if (token.kind === 'close' && token.tag === this.#unread) this.#unread = undefined;
      } else if (token.kind === 'text') this.text(token.text);
      else if (token.kind === 'close') this.#closeHtml(sameAs[token.tag] ?? token.tag);
      else this.#openHtml(sameAs[token.tag] ?? token.tag, token.attributes);
    }
  }

  end(): readonly ProseNode[] {
    while (this.#frames.length > 1) this.#close();
    return this.#frames[0]!.children;
  }

  #openHtml(tag: string, attributes: ReadonlyMap<string, string>): void {
    if (unread.has(tag)) {
      this.#unread = tag;
    } else if (tag === 'img') {
      addImage(this, attributes.get('src') ?? '', attributes.get('alt') ?? '');
    } else if (known.has(tag)) {
      this.#open(tag, { href: attributes.get('href'), isBarrier: false });
      if (voids.has(tag)) this.#close();
    }
  }

  #closeHtml(tag: string): void {
    const index = this.#frames.findLastIndex((frame) => frame.isBarrier || frame.name === tag);
    if (this.#frames[index]!.isBarrier) return;
    while (this.#frames.length > index) this.#close();
  }

  #open(wanted: string, { href, isBarrier }: { href?: string | undefined; isBarrier: boolean }): void {
    const parent = this.#frames.at(-1)!.tag;
    if (this.#frames.length > maxDepth) {
      this.#frames.push({
        name: wanted,
        tag: parent,
        children: this.#frames.at(-1)!.children,
        isBarrier,
        isFlat: true,
      });
      return;
    }
    const isMisplaced = parents[wanted] !== undefined && !parents[wanted].includes(parent);
    const address = wanted === 'a' && !this.#frames.some(({ tag }) => tag === 'a') ? safeHref(href ?? '') : undefined;
    const isPlain = isMisplaced || (wanted === 'a' && address === undefined);
    const tag = isPlain ? (wanted === 'a' || wanted === 'td' || wanted === 'th' ? 'span' : 'div') : wanted;
    this.#frames.push({ name: wanted, tag, ...(address !== undefined && { href: address }), children: [], isBarrier });
  }

  #close(): void {
    const { tag, href, children, isFlat } = this.#frames.pop()!;
    if (isFlat) return;
    const element = href === undefined ? { tag, children } : { tag, href, children };
    this.#frames.at(-1)!.children.push(tidied(element));
  }
}

const isBlank = (node: ProseNode): boolean => typeof node === 'string' && node.trim() === '';

export const plainText = (nodes: readonly ProseNode[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : plainText(node.children))).join('');

/** With the children that its kind may have, and a text where readers need one. */
function tidied(element: ProseElement): ProseElement {
  const { tag, href, children } = element;
  switch (tag) {
    case 'ul':
    case 'ol': {
      const items = children.filter((node) => !isBlank(node));
      const wrapped = items.map((node) =>
        typeof node !== 'string' && node.tag === 'li' ? node : { tag: 'li', children: [node] },
      );
      return { tag, children: wrapped };
    }
    case 'table':
    case 'thead':
    case 'tbody':
    case 'tr':
      return { tag, children: children.filter((node) => typeof node !== 'string') };
    case 'a':
      return plainText(children).trim() === '' ? { tag, href: href!, children: [href!] } : element;
    case 'summary':
      return plainText(children).trim() === '' ? { tag, children: ['Details'] } : element;
    default:
      return element;
  }
}

/** Images are not loaded: the console asks no other host for anything, which would learn who reads what. */
function addImage(builder: TreeBuilder, source: string, alt: string): void {
  const text = alt.trim() === '' ? 'Image' : `Image: ${alt}`;
  if (safeHref(source) === undefined) builder.text(text);
  else builder.element('a', () => builder.text(text), source);
}

function addTokens(builder: TreeBuilder, tokens: readonly Token[]): void {
  for (const token of tokens) addToken(builder, token);
}

const plain: Readonly<Record<string, string>> = {
  paragraph: 'p',
  blockquote: 'blockquote',
  strong: 'strong',
  em: 'em',
  del: 'del',
};

function addToken(builder: TreeBuilder, token: Token): void {
  const inner = () => addTokens(builder, (token as Tokens.Generic).tokens ?? []);
  const tag = plain[token.type];
  if (tag !== undefined) {
    builder.element(tag, inner);
    return;
  }
  switch (token.type) {
    case 'heading':
      builder.element(`h${(token as Tokens.Heading).depth}`, inner);
      break;
    case 'code':
      builder.element('pre', () => builder.text((token as Tokens.Code).text));
      break;
    case 'codespan':
      builder.element('code', () => builder.text((token as Tokens.Codespan).text));
      break;
    case 'br':
    case 'hr':
      builder.element(token.type, () => undefined);
      break;
    case 'link':
      builder.element('a', inner, (token as Tokens.Link).href);
      break;
    case 'image':
      addImage(builder, (token as Tokens.Image).href, (token as Tokens.Image).text);
      break;
    case 'list':
      addList(builder, token as Tokens.List);
      break;
    case 'table':
      addTable(builder, token as Tokens.Table);
      break;
    case 'html':
      builder.html(token.raw);
      break;
    case 'text':
      (token as Tokens.Text).tokens === undefined ? builder.text(decodeEntities((token as Tokens.Text).text)) : inner();
      break;
    case 'escape':
      builder.text((token as Tokens.Escape).text);
      break;
    default:
  }
}

function addList(builder: TreeBuilder, { ordered, items }: Tokens.List): void {
  builder.element(ordered ? 'ol' : 'ul', () => {
    for (const { task, checked, tokens } of items) {
      builder.element('li', () => {
        if (task) builder.text(checked ? '☑ ' : '☐ ');
        addTokens(
          builder,
          tokens.filter(({ type }) => type !== 'checkbox'),
        );
      });
    }
  });
}

function addTable(builder: TreeBuilder, { header, rows }: Tokens.Table): void {
  const addRow = (tag: string, cells: readonly Tokens.TableCell[]) =>
    builder.element('tr', () => {
      for (const cell of cells) builder.element(tag, () => addTokens(builder, cell.tokens));
    });
  builder.element('table', () => {
    builder.element('thead', () => addRow('th', header));
    builder.element('tbody', () => {
      for (const row of rows) addRow('td', row);
    });
  });
}
