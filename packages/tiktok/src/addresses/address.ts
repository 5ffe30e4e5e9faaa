import type { RankPeriodDays, SearchSection } from '../lists/list.ts';

/** A page of the site, by what it shows. */
export type Address =
  | { readonly kind: 'profile'; readonly name: string }
  | { readonly kind: 'profile_of_sec_uid'; readonly secUid: string }
  | { readonly kind: 'profile_of_id'; readonly userId: string }
  /** Digits that are the name of an account or its id. Only the site's pages can tell. */
  | { readonly kind: 'profile_of_digits'; readonly digits: string }
  | { readonly kind: 'video'; readonly videoId: string; readonly name: string | null }
  | { readonly kind: 'photo'; readonly videoId: string; readonly name: string | null }
  | { readonly kind: 'sound'; readonly soundId: string; readonly slug: string | null }
  | { readonly kind: 'hashtag'; readonly name: string }
  /** `region` here and below: the country of the shop, such as `us`; null if the URL names none. */
  | { readonly kind: 'product'; readonly productId: string; readonly region: string | null }
  /** A store, by the id of its seller. */
  | { readonly kind: 'shop'; readonly sellerId: string; readonly slug: string | null; readonly region: string | null }
  | { readonly kind: 'shop_search'; readonly keyword: string; readonly region: string | null }
  | {
      readonly kind: 'shop_category';
      readonly categoryId: string;
      readonly slug: string | null;
      readonly region: string | null;
    }
  | { readonly kind: 'search'; readonly section: SearchSection; readonly keyword: string }
  | { readonly kind: 'feed'; readonly page: 'foryou' | 'explore' }
  | { readonly kind: 'sound_trend'; readonly periodDays: RankPeriodDays; readonly countryCode: string }
  /** A link whose target is known only after it was followed, on the host that it was made for. */
  | { readonly kind: 'short_link'; readonly code: string; readonly host: string };

export type AddressKind = Address['kind'];

/** The names of addresses in messages. */
export const addressNames: Record<AddressKind, string> = {
  profile: 'a profile URL',
  profile_of_sec_uid: 'a profile URL',
  profile_of_id: 'a profile URL',
  profile_of_digits: 'a profile URL',
  video: 'a video URL',
  photo: 'a photo post URL',
  sound: 'a sound URL',
  hashtag: 'a hashtag URL',
  product: 'a product URL',
  shop: 'a store URL',
  shop_search: 'a shop search URL',
  shop_category: 'a shop category URL',
  search: 'a search URL',
  feed: 'a feed URL',
  sound_trend: 'a trending sounds URL',
  short_link: 'a short link',
};
