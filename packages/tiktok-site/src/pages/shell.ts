import { scriptJsonOf } from '../payloads/bare.ts';
import type { World } from '../world/world.ts';

/** A list that a page's script loads, as `browser/app.js` reads it. */
export interface PageList {
  /** What makes the script ask: the page's loading and scrolling, or a click on the first element of this selector. */
  readonly trigger: 'scroll' | { readonly click: string };
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly query: Readonly<Record<string, string>>;
  /** Where the cursor of the last answer goes; null for a list without one. */
  readonly cursorName: string | null;
  /** Of the shop: what is asked for is a JSON text in the body, beside one with the name of the component. */
  readonly component?: string;
  /** It is shown in a dialog of its own, which scrolls by itself. */
  readonly isDialog?: boolean;
}

/** What lies over a page until a reader has put it away. */
type Overlays = Pick<World, 'loginPopup' | 'cookieBanner'>;

export interface Page {
  readonly title: string;
  /** The JSON in script elements, by their ids. */
  readonly scripts: Readonly<Record<string, unknown>>;
  readonly lists: readonly PageList[];
  readonly body: string;
  readonly overlays?: Overlays;
}

const noOverlays: Overlays = { loginPopup: 'none', cookieBanner: false };

export function htmlOf({
  title,
  scripts,
  lists,
  body,
  overlays: { loginPopup, cookieBanner } = noOverlays,
}: Page): string {
  const overlays = { loginPopup, cookieBanner };
  const all = Object.entries({ ...scripts, 'stand-in-lists': lists, 'stand-in-overlays': overlays });
  const elements = all.map(
    ([id, value]) => `<script id="${id}" type="application/json">${scriptJsonOf(value)}</script>`,
  );
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:16px sans-serif;margin:2em}.item{display:block;height:160px;border:1px solid #ccc;margin:8px}</style>
</head><body><div id="app">${body}</div>
${elements.join('\n')}
<script src="/stand-in/app.js" defer></script>
</body></html>
`;
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The data that TikTok's pages of today carry. */
export const universalData = (scope: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  __UNIVERSAL_DATA_FOR_REHYDRATION__: {
    __DEFAULT_SCOPE__: {
      'webapp.app-context': { language: 'en', region: 'US', appId: 1988, wid: '7000000000000000001' },
      'webapp.biz-context': { config: { cookieBanner: {} } },
      ...scope,
      'seo.abtest': { canonical: '' },
    },
  },
});

export const scrollList = (
  path: string,
  query: Readonly<Record<string, string>>,
  cursorName: string | null = 'cursor',
): PageList => ({ trigger: 'scroll', path, method: 'GET', query, cursorName });
