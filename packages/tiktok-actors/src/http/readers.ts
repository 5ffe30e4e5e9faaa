/** Reads of pages that need no script, from a target to a record. */
import {
  type Address,
  type Captured,
  checkLanding,
  type Failure,
  failed,
  isProfileOf,
  isVideoOf,
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

/** Asks for a page. Never throws: that no answer comes is a failure of the site. */
export type Ask = (url: string) => Promise<Captured | Failure>;

export type Reading<T> = Outcome<T> | { readonly kind: 'refused'; readonly message: string };

/** Reads what an address leads to. */
export type PageReader<T> = (address: Address, ask: Ask) => Promise<Reading<T>>;

interface PageForm<T> {
  readonly wanted: TargetKind;
  readonly parse: (captured: Captured) => Outcome<T>;
  /** Whether what was read is what was asked for. */
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

/** The first products that the shop finds; the rest is asked for by the page's script. */
export const readShopSearch: PageReader<Page<Product>> = readerOf({
  wanted: 'shop_search',
  parse: parseShopSearchPage,
  proves: () => true,
});

/** A shop, and the first of its products. */
export const readStore: PageReader<StorePage> = readerOf({
  wanted: 'shop',
  parse: parseStorePage,
  proves: (address, { shop }) => address.kind === 'shop' && address.sellerId === shop.sellerId,
});

/** An account's id has more than one page that may know it; only an answer that has the id resolves it. */
async function readDirectly<T>({ parse, proves }: PageForm<T>, address: Address, ask: Ask): Promise<Reading<T>> {
  for (const url of pageUrlsOf(address, siteUrl)) {
    const captured = await ask(url);
    const outcome = 'kind' in captured ? captured : parse(captured);
    if (outcome.kind === 'found' && proves(address, outcome.value)) return outcome;
    if (outcome.kind !== 'found' && outcome.kind !== 'not_found') return outcome;
    // TikTok's own code is worth more than that nothing was found by a further page.
    if (outcome.kind === 'not_found' && address.kind !== 'profile_of_id') return outcome;
  }
  return failed('not_found', 'no page of the site shows what was asked for');
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
  // What stands in the way of the page, a captcha say, comes before where the link leads.
  return outcome.kind === 'found' || outcome.kind === 'changed'
    ? { kind: 'refused', message: landing.message }
    : outcome;
}
