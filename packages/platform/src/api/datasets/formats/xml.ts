/**
 * Items as XML and as an RSS feed, by Apify's rules: a property is an element, an array repeats its element, the object `@` has the
 * attributes of its parent, and `#` its text when there are no other elements. Source: Apify's API reference, "XML format
 * extension".
 *
 * [xml-1] what is written is well-formed XML 1.0 with namespaces, whatever items have: characters that XML does not allow become
 *     U+FFFD, and those that a name does not allow become "_".
 */
import { isJsonObject } from '../../../shared/json-object.ts';
import type { Item } from '../../../storages/datasets/shape.ts';
import { type FormatOptions, type ItemSource, textsOf } from './item-source.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

export async function* writeXml(source: ItemSource, { xmlRoot, xmlRow }: FormatOptions): AsyncGenerator<string> {
  yield `${declaration}<${xmlRoot}>\n`;
  for await (const texts of textsOf(source, (item) => `${element(xmlRow, item)}\n`)) yield texts.join('');
  yield `</${xmlRoot}>\n`;
}

export async function* writeRss(source: ItemSource, options: FormatOptions): AsyncGenerator<string> {
  const { id, name } = source.dataset;
  const title = options.feedTitle ?? `Dataset ${name ?? id}`;
  const description = options.feedDescription ?? `Items in dataset with id "${id}".`;
  yield `${declaration}<rss version="2.0">\n<channel>\n<title>${xmlText(title)}</title>\n`;
  yield `<link>${xmlText(source.url)}</link>\n<description>${xmlText(description)}</description>\n`;
  for await (const texts of textsOf(source, (item) => `${element('item', item)}\n`)) yield texts.join('');
  yield '</channel>\n</rss>\n';
}

/** @param name a name that XML allows */
function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => nested(name, each)).join('');
  if (!isJsonObject(value)) return tag(name, '', scalarText(value));
  const attributes = isJsonObject(value['@']) ? attributesOf(value['@']) : '';
  const children = Object.entries(value)
    .filter(([field, inner]) => field !== '#' && !(field === '@' && isJsonObject(inner)))
    .map(([field, inner]) => element(xmlName(field), inner))
    .join('');
  const text = value['#'];
  return tag(name, attributes, children === '' && Object.hasOwn(value, '#') ? contentOf(text) : children);
}

/** An element of an array. An array in an array is an element that has the inner one's elements. */
const nested = (name: string, value: unknown): string =>
  Array.isArray(value) ? tag(name, '', element(name, value)) : element(name, value);

const contentOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? xmlText(JSON.stringify(value)) : scalarText(value);

const scalarText = (value: unknown): string => (value === null ? '' : xmlText(String(value)));

const tag = (name: string, attributes: string, content: string): string =>
  content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;

function attributesOf(values: Item): string {
  const attributes = new Map<string, string>();
  for (const [field, value] of Object.entries(values)) {
    let name = xmlName(field);
    // An attribute may be there once only, and those that begin like this would declare namespaces.
    while (attributes.has(name) || name === 'xmlns') name += '_';
    attributes.set(name, contentOf(value).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;'));
  }
  return [...attributes].map(([name, text]) => ` ${name}="${text}"`).join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML does not allow.
const special = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** A text as the content of an element [xml-1]. */
export function xmlText(text: string): string {
  const whole = text.toWellFormed();
  if (!special.test(whole)) return whole;
  return whole.replace(new RegExp(special, 'g'), (character) => entities[character] ?? '\ufffd');
}

const nameStart =
  'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}\\u{200d}' +
  '\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
const nameRest = '\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}\\u{2040}';
const wholeName = new RegExp(`^[${nameStart}][${nameStart}${nameRest}]*$`, 'u');
const notInName = new RegExp(`[^${nameStart}${nameRest}]`, 'gu');
const startOfName = new RegExp(`^[${nameStart}]`, 'u');

/** Whether XML allows a name. Without a colon, since there are no namespaces. */
export const isXmlName = (name: string): boolean => wholeName.test(name);

/** Items have the same few names again and again. */
const names = new Map<string, string>();
const maxNames = 10_000;
const maxCachedChars = 200;

function xmlName(field: string): string {
  const known = names.get(field);
  if (known !== undefined) return known;
  const allowed = field.replace(notInName, '_');
  const name = startOfName.test(allowed) ? allowed : `_${allowed}`;
  if (names.size < maxNames && field.length <= maxCachedChars) names.set(field, name);
  return name;
}
