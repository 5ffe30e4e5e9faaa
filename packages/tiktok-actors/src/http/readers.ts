/** Readers of pages that need no script, from an address to a record. */
import {
  type Address,
  type Captured,
  checkLanding,
  type Failure,
  failed,
  isProfileOf,
  isVideoOf,
  notShown,
  type Outcome,
  type Page,
  type Product,
  type Profile,
  pageUrlsOf,
  parseProductPage,
  parseProfilePage,
  parseShopSearchPage,
  parseStorePage,
  parseVideoPage,
  type StorePage,
  type TargetKind,
  type Video,
} from '@wherry/tiktok';
import { siteUrl } from '../settings.ts';

/** Requests a page. Never throws: no response is a failure of the site. */
export type Ask = (url: string) => Promise<Captured | Failure>;

export type Reading<T> = Outcome<T> | { readonly kind: 'refused'; readonly message: string };

/** Reads the page of an address. */
export type PageReader<T> = (address: Address, ask: Ask) => Promise<Reading<T>>;

interface PageForm<T> {
  readonly wanted: TargetKind;
  readonly parse: (captured: Captured) => Outcome<T>;
  /** Whether the record is of the requested target. */
  readonly proves: (address: Address, value: T) => boolean;
}

const readerOf =
  <T>(form: PageForm<T>): PageReader<T> =>
  (address, ask) =>
    address.kind === 'short_link' ? readLanding(form, address, ask) : readDirectly(form, address, ask);

export const readProfile: PageReader<Profile> = readerOf({
  wanted: 'profile',
  parse: parseProfilePage,
  proves: isProfileOf,
});

export const readVideo: PageReader<Video> = readerOf({
  wanted: 'video',
  parse: parseVideoPage,
  proves: isVideoOf,
});

export const readProduct: PageReader<Product> = readerOf({
  wanted: 'product',
  parse: parseProductPage,
  proves: (address, { productId }) => address.kind === 'product' && address.productId === productId,
});

/** The first products of a shop search. The page's script requests the others. */
export const readShopSearch: PageReader<Page<Product>> = readerOf({
  wanted: 'shop_search',
  parse: parseShopSearchPage,
  proves: () => true,
});

/** A shop and its first products. */
export const readStore: PageReader<StorePage> = readerOf({
  wanted: 'shop',
  parse: parseStorePage,
  proves: (address, { shop }) => address.kind === 'shop' && address.sellerId === shop.sellerId,
});

/** There are several pages for an account's id. Only a response that contains the id resolves it. */
async function readDirectly<T>({ parse, proves }: PageForm<T>, address: Address, ask: Ask): Promise<Reading<T>> {
  const urls = pageUrlsOf(address, siteUrl);
  for (const url of urls) {
    const captured = await ask(url);
    const outcome = 'kind' in captured ? captured : parse(captured);
    if (outcome.kind === 'found' && proves(address, outcome.value)) return outcome;
    if (outcome.kind !== 'found' && outcome.kind !== 'not_found') return outcome;
    // TikTok's own code says more than the failure of another page.
    if (outcome.kind === 'not_found' && urls.length === 1) return outcome;
  }
  return failed('not_found', notShown(address));
}

async function readLanding<T>({ wanted, parse, proves }: PageForm<T>, address: Address, ask: Ask): Promise<Reading<T>> {
  const [linkUrl] = pageUrlsOf(address, siteUrl);
  const captured = await ask(linkUrl!);
  if ('kind' in captured) return captured;
  const landing = checkLanding(captured.url, wanted, { siteUrl });
  const outcome = parse(captured);
  if (landing.kind === 'target') {
    if (outcome.kind !== 'found' || proves(landing.address, outcome.value)) return outcome;
    return failed('not_found', 'the page that the link leads to shows something else');
  }
  // An obstacle such as a captcha is more important than where the link leads.
  return outcome.kind === 'found' || outcome.kind === 'changed'
    ? { kind: 'refused', message: landing.message }
    : outcome;
}
