import { feedPage, hashtagPage, searchPage, soundPage, soundTrendPage } from '../pages/list-pages.ts';
import { embedPage, embedTagPage, homePage, livePage, loginPage, missingPage } from '../pages/other-pages.ts';
import { profilePage } from '../pages/profile-page.ts';
import { categoryPage, productPage, shopSearchPage, storePage } from '../pages/shop-pages.ts';
import { videoPage } from '../pages/video-page.ts';
import { categoryOfId } from '../world/category.ts';
import { productNumberOfId } from '../world/product.ts';
import { sellerNumberOfId } from '../world/seller.ts';
import { shortLinkTarget } from '../world/short-link.ts';
import { hashtagNumberOfName, soundNumberOfId } from '../world/topic.ts';
import { userNumberOfId, userNumberOfName, userNumberOfSecUid, userOf } from '../world/user.ts';
import { videoNumberOfId, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { html, type Reply, redirect } from './reply.ts';

/** What a request asks a page for. */
interface Asked {
  readonly world: World;
  /** The path after its first segment. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
  readonly host: string;
}

type PageMaker = (asked: Asked) => Reply;

const pages: Readonly<Record<string, PageMaker>> = {
  login: () => html(loginPage()),
  tag: ({ world, rest: [name = ''] }) => html(hashtagPage(world, name)),
  music: ({ world, rest: [slug = ''] }) => html(soundPage(world, /(\d+)$/.exec(slug)?.[1] ?? '')),
  foryou: ({ world, query }) => itemPage(world, query.get('item_id')) ?? html(feedPage(world, 'foryou')),
  trending: ({ world, query }) => itemPage(world, query.get('shareId')) ?? html(missingPage(), 404),
  explore: ({ world }) => html(feedPage(world, 'explore')),
  search: ({ world, rest: [section = ''], query }) => html(searchPage(world, section, query.get('q') ?? '')),
  view: ({ world, rest: [, id = ''], query }) =>
    html(productPage(world, productNumberOfId(world, id), query.get('region')?.toLowerCase() ?? null)),
  shop: ({ world, rest, query }) => shopPage(world, rest, query, null),
  business: ({ query }) =>
    html(soundTrendPage({ period: query.get('period') ?? '7', countryCode: query.get('countryCode') ?? 'US' })),
  t: ({ world, rest: [code = ''], host }) => redirect(shortLinkTarget(world, code, host) ?? '/?_r=1'),
  i18n: (asked) => pageOfRest(asked),
  h5: (asked) => pageOfRest(asked),
  video: ({ world, rest: [id = ''] }) => itemPage(world, id) ?? html(missingPage(), 404),
  v: ({ world, rest: [file = ''] }) => itemPage(world, file.replace(/\.html$/, '')) ?? html(missingPage(), 404),
  share: sharedPage,
  embed: embeddedPage,
};

const mainHost = 'www.tiktok.com';

/** Returns the page at a path. The other hosts of TikTok are under their names: `/vm.tiktok.com/CODE`. */
export function pageAt(world: World, segments: readonly string[], query: URLSearchParams): Reply {
  const [host = ''] = segments;
  if (!/^[a-z]+\.tiktok\.com$/.test(host)) return pageOn(mainHost, world, segments, query);
  const rest = segments.slice(1);
  if (host === 'shop.tiktok.com') return shopPage(world, rest, query, null);
  const isLink = /^v[mt]\./.test(host) && rest[0] !== 'v';
  return pageOn(host, world, isLink ? ['t', ...rest] : rest, query);
}

function pageOn(host: string, world: World, segments: readonly string[], query: URLSearchParams): Reply {
  const [first, ...rest] = segments;
  if (rest[0] === 'notfound' || first === 'notfound' || first === '404')
    return html(missingPage(), first === '404' ? 404 : 200);
  if (world.isClosedHere) return redirect('/hk/notfound');
  if (first === undefined) return itemPage(world, query.get('share_item_id')) ?? html(homePage());
  if (first.startsWith('@')) return accountPage(world, first.slice(1), rest);
  // On the shop's own host, paths begin with a country.
  if (/^[a-z]{2}$/.test(first)) return shopPage(world, rest, query, first);
  const make = Object.hasOwn(pages, first) ? pages[first] : undefined;
  return make === undefined ? html(missingPage(), 404) : make({ world, rest, query, host });
}

const pageOfRest = ({ world, rest, query, host }: Asked): Reply => pageOn(host, world, rest, query);

/** Leads to the page of a post; null if there is none. */
function itemPage(world: World, id: string | null): Reply | null {
  const video = id === null ? undefined : videoNumberOfId(world, id);
  return video === undefined ? null : redirect(`/@${userOf(world, videoOf(world, video).user).name}/video/${id}`);
}

function accountPage(world: World, name: string, [section, id = '']: readonly string[]): Reply {
  if (section === 'live') return html(livePage(name));
  if (section === undefined) {
    const user = userNumberOf(world, name);
    return html(profilePage(world, user, user !== undefined && userOf(world, user).name === name.toLowerCase()));
  }
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

/** `region`: the country at the beginning of the path, as in `/us/pdp/ID` and `/shop/us/pdp/ID`. */
function shopPage(
  world: World,
  [kind = '', ...rest]: readonly string[],
  query: URLSearchParams,
  region: string | null,
): Reply {
  const last = rest.at(-1) ?? '';
  const country = (region ?? 'us').toUpperCase();
  switch (kind) {
    case 'pdp':
      return html(productPage(world, productNumberOfId(world, last), region));
    case 'view':
      return html(productPage(world, productNumberOfId(world, last), query.get('region')?.toLowerCase() ?? region));
    case 's':
      return html(shopSearchPage(world, country, rest[0] ?? query.get('q') ?? ''));
    case 'k':
      return html(shopSearchPage(world, country, last.replaceAll('-', ' ')));
    case 'c': {
      const category = categoryOfId(last);
      return category === undefined ? html(missingPage(), 404) : html(categoryPage(world, category));
    }
    case 'store': {
      const seller = sellerNumberOfId(world, last);
      return seller === undefined ? html(missingPage(), 404) : html(storePage(world, seller));
    }
    default:
      return region === null && /^[a-z]{2}$/.test(kind) ? shopPage(world, rest, query, kind) : html(missingPage(), 404);
  }
}

/** Where links without a target lead. */
const missingPaths = ['/?_r=1', '/404', '/notfound'];

/** The redirect of a link of the app. */
function sharedPage({ world, rest: [kind, file = ''], query }: Asked): Reply {
  const id = file.replace(/\.html$/, '');
  switch (kind) {
    case 'user':
    case 'usr': {
      const user = userNumberOfId(world, id);
      return redirect(user !== undefined && user % 2 === 0 ? `/@${userOf(world, user).name}` : '/?_r=1');
    }
    case 'video':
      return itemPage(world, id) ?? redirect(missingPaths[id.length % missingPaths.length]!);
    case 'music':
      return redirect(soundNumberOfId(world, id) === undefined ? '/?_r=1' : `/music/sound-${id}`);
    case 'tag':
      return redirect(query.get('name') === null ? '/?_r=1' : `/tag/${encodeURIComponent(query.get('name')!)}`);
    default:
      return redirect('/?_r=1');
  }
}

function embeddedPage({ world, rest }: Asked): Reply {
  const last = rest.at(-1) ?? '';
  const hashtag = rest[0] === 'tag' ? hashtagNumberOfName(world, last) : undefined;
  if (hashtag !== undefined) return html(embedTagPage(world, hashtag));
  if (last.startsWith('@')) return html(embedPage(world, last.slice(1), userNumberOfName(world, last.slice(1))));
  return html(videoPage(world, videoNumberOfId(world, last)));
}
