import { feedPage, hashtagPage, searchPage, soundPage, soundTrendPage } from '../pages/list-pages.ts';
import { embedPage, homePage, loginPage, missingPage } from '../pages/other-pages.ts';
import { profilePage } from '../pages/profile-page.ts';
import { productPage, shopSearchPage, storePage } from '../pages/shop-pages.ts';
import { videoPage } from '../pages/video-page.ts';
import { productNumberOfId } from '../world/product.ts';
import { sellerNumberOfId } from '../world/seller.ts';
import { shortLinkTarget } from '../world/short-link.ts';
import { userNumberOfId, userNumberOfName, userNumberOfSecUid, userOf } from '../world/user.ts';
import { videoNumberOfId, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { html, type Reply, redirect } from './reply.ts';

type PageMaker = (world: World, rest: readonly string[], query: URLSearchParams) => Reply;

const pages: Readonly<Record<string, PageMaker>> = {
  login: () => html(loginPage()),
  tag: (world, [name = '']) => html(hashtagPage(world, name)),
  music: (_world, [slug = '']) => html(soundPage(/(\d+)$/.exec(slug)?.[1] ?? '')),
  foryou: (world) => html(feedPage(world, 'foryou')),
  explore: (world) => html(feedPage(world, 'explore')),
  search: (world, [section = ''], query) => html(searchPage(world, section, query.get('q') ?? '')),
  view: (world, [, id = '']) => html(productPage(world, productNumberOfId(world, id))),
  shop: shopOf('US'),
  business: (_world, _rest, query) =>
    html(soundTrendPage({ period: query.get('period') ?? '7', countryCode: query.get('countryCode') ?? 'US' })),
  t: (world, [code = '']) => redirect(shortLinkTarget(world, code) ?? '/?_r=1'),
  share: sharedPage,
  embed: embeddedPage,
};

/** Returns the page at a path. */
export function pageAt(world: World, segments: readonly string[], query: URLSearchParams): Reply {
  const [first, ...rest] = segments;
  if (first === undefined) return html(homePage());
  if (first.startsWith('@')) return accountPage(world, first.slice(1), rest);
  // On the shop's own host, paths begin with a country.
  const make = /^[a-z]{2}$/.test(first)
    ? shopOf(first.toUpperCase())
    : Object.hasOwn(pages, first)
      ? pages[first]
      : undefined;
  return make === undefined ? html(missingPage(), 404) : make(world, rest, query);
}

function accountPage(world: World, name: string, [section, id = '']: readonly string[]): Reply {
  if (section === undefined) return html(profilePage(world, userNumberOf(world, name)));
  const number = videoNumberOfId(world, id);
  // For some posts with an age limit there is a redirect to the login, for others the page says so.
  const isClassified = number !== undefined && videoOf(world, number).state === 'classified';
  if (isClassified && number % 2 === 0)
    return redirect(`/login?redirect_url=${encodeURIComponent(`/@${name}/video/${id}`)}`);
  return html(videoPage(world, number));
}

/** Finds an account by name, secUid, or id. The site knows the ids of only some accounts. */
function userNumberOf(world: World, name: string): number | undefined {
  const byId = userNumberOfId(world, name);
  if (byId !== undefined) return byId % 2 === 0 ? byId : undefined;
  return name.startsWith('MS4w') ? userNumberOfSecUid(world, name) : userNumberOfName(world, name);
}

function shopOf(country: string): PageMaker {
  return (world, [kind, ...rest], query) => shopPage(world, country, [kind, ...rest], query);
}

function shopPage(
  world: World,
  country: string,
  [kind, ...rest]: readonly (string | undefined)[],
  query: URLSearchParams,
): Reply {
  if (kind === 'pdp') return html(productPage(world, productNumberOfId(world, rest.at(-1) ?? '')));
  if (kind === 's') return html(shopSearchPage(world, country, rest[0] ?? query.get('q') ?? ''));
  const seller = kind === 'store' ? sellerNumberOfId(world, rest.at(-1) ?? '') : undefined;
  return seller === undefined ? html(missingPage(), 404) : html(storePage(world, seller));
}

/** The redirect of a link of the app. */
function sharedPage(world: World, [kind, id = '']: readonly string[]): Reply {
  const user = kind === 'user' ? userNumberOfId(world, id) : undefined;
  if (user !== undefined && user % 2 === 0) return redirect(`/@${userOf(world, user).name}`);
  const video = kind === 'video' ? videoNumberOfId(world, id) : undefined;
  if (video === undefined) return redirect('/?_r=1');
  return redirect(`/@${userOf(world, videoOf(world, video).user).name}/video/${id}`);
}

function embeddedPage(world: World, rest: readonly string[]): Reply {
  const last = rest.at(-1) ?? '';
  const user = last.startsWith('@') ? userNumberOfName(world, last.slice(1)) : undefined;
  if (user !== undefined) return html(embedPage(world, user));
  return html(videoPage(world, videoNumberOfId(world, last)));
}
