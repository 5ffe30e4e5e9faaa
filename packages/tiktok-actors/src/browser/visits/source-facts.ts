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
  type ProductSort,
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
  type SearchFilter,
  type TargetKind,
} from '@wherry/tiktok';
import type { ListSource } from '../job.ts';
import { type Opening, openers } from './page-marks.ts';

export type PageReading =
  | Failure
  /** `header` is null if another response has it. `isClosed`: the page shows its list to nobody. */
  | {
      readonly kind: 'read';
      readonly header: object | null;
      readonly isClosed: boolean;
      /** Whether a list is that of this page. Absent where a page requests no other list of the kind. */
      readonly owns?: (list: List) => boolean;
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
  /** What must be clicked, one after the other, before the page requests the list. */
  readonly openings: readonly Opening[];
  /** What is clicked besides if the page has requested nothing of the list by itself. */
  readonly lateOpenings: readonly Opening[];
  /** The path by which the page requests the list's header, and its parser. */
  readonly detail: { readonly path: string; readonly parse: (captured: Captured) => Outcome<object> } | null;
}

const plainFacts = ({ kind: wanted }: ListSource) =>
  ({
    matches: ({ kind }: List) => kind === wanted,
    openings: [],
    lateOpenings: [],
    detail: null,
    hasHeader: false,
    hasList: true,
    read: () => readNothing,
  }) as const;

/** The products in the page itself are in the order of relevance. */
const shopSearchFacts = (
  sort: ProductSort | undefined,
): Pick<SourceFacts, 'target' | 'matches' | 'read' | 'openings'> => ({
  target: 'shop_search',
  matches: (list) => list.kind === 'shop_search' && list.sort === sort,
  read: sort === undefined ? readShopSearch : checkShopSearch,
  openings: sort === undefined ? [openers.viewMore] : [openers.productSorts, openers[sort]],
});

/** Lists that the page of a post loads. */
const ofPost: Pick<SourceFacts, 'target' | 'read'> = {
  target: 'video',
  read: (captured, address) => readVideo(captured, address),
};

export function factsOf(source: ListSource): SourceFacts {
  const plain = plainFacts(source);
  switch (source.kind) {
    case 'posts':
      return {
        ...plain,
        target: 'profile',
        hasHeader: source.withProfile === true,
        read: source.withProfile === true ? readProfile : readOpenProfile,
        matches: (list) => list.kind === 'posts' && list.sort === source.sort,
        openings: source.sort === 'latest' ? [] : [openers[source.sort]],
        detail: userDetail,
      };
    case 'followers':
    case 'following':
      return { ...plain, target: 'profile', read: readOpenProfile, openings: [openers[source.kind]] };
    case 'comments':
      return { ...plain, ...ofPost, hasHeader: source.withPost === true, openings: [openers.comments] };
    case 'related_posts':
      return { ...plain, ...ofPost, hasHeader: true, lateOpenings: [openers.related] };
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
        matches: (list) =>
          list.kind === 'search' && list.section === source.section && isEqual(list.filter, source.filter),
        openings: openingsOf(source.filter),
      };
    case 'shop_search':
      return { ...plain, ...shopSearchFacts(source.sort) };
    case 'shop_products':
      return { ...plain, target: 'shop', read: readStore, hasHeader: true, openings: [openers.viewMore] };
    case 'reviews':
      return { ...plain, target: 'product', hasHeader: true, read: readProduct, openings: [openers.reviews] };
    case 'sound_ranks':
      return {
        ...plain,
        target: null,
        matches: (list) => list.kind === 'sound_ranks' && list.forBusiness === source.forBusiness,
        openings: source.forBusiness === true ? [openers.forBusiness] : [],
      };
    case 'recommended':
    case 'explored':
      return { ...plain, target: null };
    case 'profile':
      return { ...plain, target: 'profile', read: readProfile, hasHeader: true, hasList: false, detail: userDetail };
    case 'video':
      return { ...plain, ...ofPost, hasHeader: true, hasList: false };
  }
}

const isEqual = (one: SearchFilter | undefined, other: SearchFilter | undefined): boolean =>
  one?.sort === other?.sort && one?.withinDays === other?.withinDays;

/** Each choice in the panel makes the page request the list again. The last one makes it request the wanted list. */
function openingsOf(filter: SearchFilter | undefined): readonly Opening[] {
  if (filter === undefined) return [];
  const { sort, withinDays } = filter;
  const sorts = sort === 'relevant' ? [] : [openers[sort]];
  return [openers.searchPanel, ...sorts, ...(withinDays === null ? [] : [openers.within[withinDays]])];
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

function checkShopSearch(captured: Captured): PageReading {
  const outcome = parseShopSearchPage(captured);
  return outcome.kind === 'found' ? readNothing : outcome;
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
  const { id } = outcome.value;
  if (!isVideoOf(address, outcome.value)) return failed('not_found', 'the page is that of another video');
  // A page that goes on to another post requests the lists of that one.
  const owns = (list: List) => !('videoId' in list) || list.videoId === id;
  return { kind: 'read', header: outcome.value, isClosed: false, owns };
}
