/** For each kind of list: its page, the checks of that page, and how a user makes the page load the list. */
import {
  type Address,
  type Captured,
  type Failure,
  failed,
  isProfileOf,
  isVideoOf,
  type List,
  type Outcome,
  type Page,
  type Product,
  parseHashtagDetail,
  parseHashtagPage,
  parseProductPage,
  parseProfilePage,
  parseReviewsInPage,
  parseShopSearchPage,
  parseSoundDetail,
  parseSoundPage,
  parseStorePage,
  parseUserDetail,
  parseVideoPage,
  type Review,
  remedyOf,
  type TargetKind,
} from '@wherry/tiktok';
import type { ListSource } from '../job.ts';
import { openers } from './page-marks.ts';

export type PageReading =
  | Failure
  /** `header` is null if another response has it. `isClosed`: the page shows its list to nobody. */
  | {
      readonly kind: 'read';
      readonly header: object | null;
      readonly isClosed: boolean;
      /** The beginning of the list, if the page itself contains it. */
      readonly first?: Page<Product | Review>;
    };

export interface SourceFacts {
  readonly matches: (list: List) => boolean;
  /** What a short link must lead to. */
  readonly target: TargetKind | null;
  /** Reads the page itself, or returns why its list cannot be read. */
  readonly read: (captured: Captured, address: Address) => PageReading;
  /** Whether the list's header is a result too. */
  readonly hasHeader: boolean;
  /** Whether there is a list at all. */
  readonly hasList: boolean;
  /** What must be clicked before the page requests the list. */
  readonly opening: readonly string[] | null;
  /** The path by which the page requests the list's header, and its parser. */
  readonly detail: { readonly path: string; readonly parse: (captured: Captured) => Outcome<object> } | null;
}

export function factsOf(source: ListSource): SourceFacts {
  const plain = {
    matches: ({ kind }: List) => kind === source.kind,
    opening: null,
    detail: null,
    hasHeader: false,
    hasList: true,
    read: () => readNothing,
  } as const;
  switch (source.kind) {
    case 'posts':
      return {
        ...plain,
        target: 'profile',
        hasHeader: source.withProfile === true,
        read: source.withProfile === true ? readProfile : readOpenProfile,
        matches: (list) => list.kind === 'posts' && list.sort === source.sort,
        opening: source.sort === 'latest' ? null : openers[source.sort],
        detail: userDetail,
      };
    case 'followers':
    case 'following':
      return { ...plain, target: 'profile', read: readOpenProfile, opening: openers[source.kind] };
    case 'comments':
      return { ...plain, target: 'video', read: readVideo, opening: openers.comments };
    case 'hashtag_posts':
      return {
        ...plain,
        target: 'hashtag',
        hasHeader: true,
        read: (captured) => readHeader(parseHashtagPage(captured)),
        detail: { path: '/api/challenge/detail/', parse: parseHashtagDetail },
      };
    case 'sound_posts':
      return {
        ...plain,
        target: 'sound',
        hasHeader: true,
        read: (captured) => readHeader(parseSoundPage(captured)),
        detail: { path: '/api/music/detail/', parse: parseSoundDetail },
      };
    case 'search':
      return {
        ...plain,
        target: 'search',
        matches: (list) => list.kind === 'search' && list.section === source.section,
      };
    case 'shop_search':
      return { ...plain, target: 'shop_search', read: readShopSearch, opening: openers.viewMore };
    case 'shop_products':
      return { ...plain, target: 'shop', read: readStore, hasHeader: true, opening: openers.viewMore };
    case 'reviews':
      return {
        ...plain,
        target: 'product',
        hasHeader: true,
        read: readProduct,
        opening: openers.reviews,
      };
    case 'recommended':
    case 'explored':
    case 'sound_ranks':
      return { ...plain, target: null };
    case 'profile':
      return { ...plain, target: 'profile', read: readProfile, hasHeader: true, hasList: false, detail: userDetail };
    case 'video':
      return { ...plain, target: 'video', read: readVideo, hasHeader: true, hasList: false };
  }
}

const readNothing: PageReading = { kind: 'read', header: null, isClosed: false };

/** The script of a page that came without the account's data requests it. */
const userDetail = { path: '/api/user/detail/', parse: parseUserDetail };

/** Some pages of hashtags and sounds have the header of their list. The scripts of the others request it. */
function readHeader(outcome: Outcome<object>): PageReading {
  if (outcome.kind === 'found') return { kind: 'read', header: outcome.value, isClosed: false };
  return remedyOf(outcome.kind) === 'nothing' ? outcome : readNothing;
}

function readProfile(captured: Captured, address: Address): PageReading {
  const outcome = parseProfilePage(captured);
  if (outcome.kind === 'withheld') return readNothing;
  if (outcome.kind !== 'found') return outcome;
  if (!isProfileOf(address, outcome.value)) return failed('not_found', 'the page is that of another account');
  return { kind: 'read', header: outcome.value, isClosed: outcome.value.privateAccount === true };
}

function readOpenProfile(captured: Captured, address: Address): PageReading {
  const reading = readProfile(captured, address);
  return reading.kind === 'read' && reading.isClosed ? failed('private', 'the account is private') : reading;
}

function readProduct(captured: Captured, address: Address): PageReading {
  const outcome = parseProductPage(captured);
  if (outcome.kind !== 'found') return outcome;
  const isIt = address.kind === 'product' && address.productId === outcome.value.productId;
  if (!isIt) return failed('not_found', 'the page is that of another product');
  const reviews = parseReviewsInPage(captured);
  return {
    kind: 'read',
    header: outcome.value,
    isClosed: outcome.value.reviewCount === 0,
    ...(reviews.kind === 'found' && { first: reviews.value }),
  };
}

function readShopSearch(captured: Captured, address: Address): PageReading {
  const outcome = parseShopSearchPage(captured);
  if (outcome.kind !== 'found') return outcome;
  // How a category's page requests more products is not known.
  const isWhole = address.kind === 'shop_category';
  const first = isWhole ? { ...outcome.value, hasMore: false, next: null } : outcome.value;
  return { kind: 'read', header: null, isClosed: false, first };
}

function readStore(captured: Captured, address: Address): PageReading {
  const outcome = parseStorePage(captured);
  if (outcome.kind !== 'found') return outcome;
  const { shop, products } = outcome.value;
  const isIt = address.kind === 'shop' && address.sellerId === shop.sellerId;
  if (!isIt) return failed('not_found', 'the page is that of another store');
  return { kind: 'read', header: shop, isClosed: false, first: products };
}

function readVideo(captured: Captured, address: Address): PageReading {
  const outcome = parseVideoPage(captured);
  if (outcome.kind !== 'found') return outcome;
  if (!isVideoOf(address, outcome.value)) return failed('not_found', 'the page is that of another video');
  return { kind: 'read', header: outcome.value, isClosed: false };
}
