/**
 * The words and URLs of a text that a user has pasted. Nothing here knows what they mean.
 *
 * [written-1] Quotes, brackets and punctuation around a word or URL are not part of it.
 * [written-2] Every other character is part of one word or URL, so that nothing of the text is lost.
 */

export interface Written {
  readonly kind: 'url' | 'word';
  readonly text: string;
}

/** What stands between two commas, semicolons, tabs or line ends. */
export type Group = readonly Written[];

/** Characters that only order the direction of a text or are invisible. Joiners of emoji and of Persian words are kept. */
const invisible = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Undoes what copying out of HTML, JSON or another URL does to a URL, and how macOS writes accents. */
export const cleaned = (text: string): string =>
  text
    .replace(invisible, '')
    .replaceAll('&amp;', '&')
    .replaceAll('\\/', '/')
    .replace(/\\u00(2f|26|3d)/gi, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/^\s*https?%3a%2f%2f\S*/i, decodedOnce)
    .normalize('NFC')
    .trim();

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const separators = ',，、،;；|\\n\\r\\t\\u2028\\u2029';
const wrappers = '"\'“”„‘’«»‹›「」『』【】（）<>()\\[\\]{}`*~';
const stops = '.,;:!?…。．！？：，、；،';

/** A word that is glued to the scheme of a URL is no part of it. */
const scheme = '(?![a-z0-9+.-]+https?:)[a-z][a-z0-9+.-]*:\\/\\/';
const siteHost = '(?:[a-z0-9-]+\\.)*tiktokv?\\.com(?![\\w-]|\\.[a-z])';
const anyHost = '(?:[a-z0-9-]+\\.)+[a-z]{2,}(?::\\d+)?\\/';
/** A URL begins with a scheme, with the site's host, or with a host and a path. */
const urlStart = `(?:${scheme}|\\/\\/${siteHost}|${siteHost}|${anyHost})`;

const patterns = {
  separator: new RegExp(`[${separators}]+`, 'y'),
  between: new RegExp(`[^\\S\\n\\r\\t]+|[${wrappers}]+`, 'y'),
  url: new RegExp(`${urlStart}[^\\s"“”„«»「」『』【】（），、。；！？<>|\`\\\\^{}]*`, 'iy'),
  word: new RegExp(`[^\\s${separators}]+`, 'y'),
};

/** Splits a text into its groups of words and URLs [written-2]. */
export function groupsOf(text: string): Group[] {
  const groups: Written[][] = [[]];
  let at = 0;
  const next = (name: keyof typeof patterns): string | null => {
    patterns[name].lastIndex = at;
    return patterns[name].exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const between = next('between');
    const separator = between === null ? next('separator') : null;
    if (separator !== null) groups.push([]);
    if (between !== null || separator !== null) {
      at += (between ?? separator)!.length;
      continue;
    }
    const url = next('url');
    const raw = url === null ? wordIn(next('word')!) : urlIn(url);
    at += raw.length;
    const written = url === null ? unwrapped(raw) : raw;
    if (written !== '') groups.at(-1)!.push({ kind: url === null ? 'word' : 'url', text: written });
  }
  return groups.map(withoutBullet).filter((group) => group.length > 0);
}

const glued = new RegExp(`(?<![\\w.@-])${siteHost}|https?:\\/\\/`, 'i');

/** A word up to a URL that follows without a space, as in `Video:https://…`. */
function wordIn(text: string): string {
  const start = glued.exec(text.slice(1))?.index;
  return start === undefined ? text : text.slice(0, start + 1);
}

const secondUrl = new RegExp(`[,;](?=${urlStart})|[^=/:?&%#](?=https?:\\/\\/)`, 'gi');
/** Paths that are complete before a comma: of a name, a tag, an id, a short link. Other paths and queries may have commas. */
const completePath =
  /(\/@[^/]+(\/[a-z]+)?|\/tag\/[^/]+|[/-]\d{15,20}(\.html)?|\/\d{5,12}|\bv[mt]\.tiktok\.com\/\w+|\/t\/\w+)\/?$/i;

/** A URL without another one that follows in its text, and without the punctuation at its end [written-1]. */
function urlIn(text: string): string {
  secondUrl.lastIndex = 'https://'.length;
  const second = secondUrl.exec(text);
  const first = second === null ? text : text.slice(0, second.index + 1);
  const query = first.search(/[?#]/);
  for (const { index } of first.matchAll(/[,;]/g)) {
    const [before, after] = [first.slice(Math.max(0, index - window), index), first.slice(index + 1, index + window)];
    if (endsAt(before, after, query !== -1 && query < index)) return withoutEnd(first.slice(0, index));
  }
  return withoutEnd(first);
}

/** How many characters before and after a comma say what it separates. */
const window = 300;

/** Whether a URL ends at a comma. In a query, what follows is another target unless it looks like the rest of a value. */
function endsAt(before: string, after: string, isInQuery: boolean): boolean {
  if (/^[@#＠＃]/.test(after)) return true;
  if (!isInQuery) return completePath.test(before);
  const isOfWords = /[?&](q|keyword)=[^&]*$|^intent:/i.test(before);
  return !isOfWords && !/^[^,;]*[=&%]|^\d{0,4}([,;]|$)/.test(after);
}

const wrapper = new RegExp(`[${wrappers}]`);
const wrapperOrStop = new RegExp(`[${wrappers}${stops}]`);
const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** A bracket at the end belongs to the URL if its other half does. */
function withoutEnd(text: string): string {
  const counts = new Map<string, number>();
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) counts.set(bracket, (counts.get(bracket) ?? 0) + 1);
  let end = text.length;
  for (; end > 0 && wrapperOrStop.test(text[end - 1]!); end--) {
    const last = text[end - 1]!;
    const opener = openers[last];
    if (opener !== undefined && (counts.get(opener) ?? 0) >= counts.get(last)!) break;
    if (counts.has(last)) counts.set(last, counts.get(last)! - 1);
  }
  return text.slice(0, end);
}

function unwrapped(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && wrapper.test(text[start]!)) start++;
  while (end > start && wrapperOrStop.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Without the mark of an entry of a list, such as `-` or `1.`. */
const withoutBullet = (group: Group): Group =>
  group.length > 1 && /^(?:[-–—•·◦▪+]|\d{1,3})$/.test(group[0]!.text) ? group.slice(1) : group;
