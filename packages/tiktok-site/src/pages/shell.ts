import { scriptJsonOf } from '../payloads/bare.ts';
import type { World } from '../world/world.ts';

/** A list that a page's script loads, in the form that `browser/app.js` reads. */
export interface PageList {
  /** What makes the script request it: loading and scrolling, or a click on the first element that matches the selector. */
  readonly trigger: 'scroll' | { readonly click: string };
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly query: Readonly<Record<string, string>>;
  /** The parameter for the cursor of the last response; null for a list without a cursor. */
  readonly cursorName: string | null;
  /** For the shop: the parameters are a JSON text in the body, and another one has the name of the component. */
  readonly component?: string;
  /** The list is shown in its own dialog, which scrolls separately. */
  readonly isDialog?: boolean;
  /** A click on an element that matches the selector begins the list again, with these parameters. */
  readonly choices?: readonly { readonly click: string; readonly query: Readonly<Record<string, string>> }[];
}

/** What covers a page until the user closes it. */
type Overlays = Pick<World, 'loginPopup' | 'cookieBanner'>;

export interface Page {
  readonly title: string;
  /** The JSON in script elements, by the ids of the elements. */
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

/** The data in TikTok's present pages. */
export const universalData = (scope: Readonly<Record<string, unknown>>, region = 'US'): Record<string, unknown> => ({
  __UNIVERSAL_DATA_FOR_REHYDRATION__: {
    __DEFAULT_SCOPE__: {
      'webapp.app-context': { language: 'en', region, appId: 1988, wid: '7000000000000000001' },
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
