import type { Address, AddressKind } from './address.ts';
import { isHashtag, isLongId, isName, isSecUid, isUserId } from './forms.ts';

export type TargetKind = 'profile' | 'video' | 'hashtag' | 'sound' | 'search' | 'product' | 'shop' | 'shop_search';

/** The kinds of addresses for each kind of target. The name of the first one is used in refusals. */
export const wantedKinds: Record<TargetKind, readonly AddressKind[]> = {
  profile: ['profile', 'profile_of_sec_uid', 'profile_of_id'],
  video: ['video', 'photo'],
  hashtag: ['hashtag'],
  sound: ['sound'],
  search: ['search'],
  product: ['product'],
  shop: ['shop'],
  shop_search: ['shop_search'],
};

export const targetNames: Record<TargetKind, string> = {
  profile: 'a profile URL, a username, or the id of an account',
  video: 'a video URL or the id of a video',
  hashtag: 'a hashtag or its URL',
  sound: 'a sound URL or the id of a sound',
  search: 'words to search for, or a search URL',
  product: 'a product URL or the id of a product',
  shop: 'a store URL or the id of its seller',
  shop_search: 'words to search the shop for, or a shop search URL',
};

/** The address that a text which is not a URL means for a kind of target; null if it means none. */
export function bareAddressOf(text: string, wanted: TargetKind): Address | null {
  switch (wanted) {
    case 'profile':
      return bareProfile(text);
    case 'video':
      return isLongId(text) ? { kind: 'video', videoId: text, name: null } : null;
    case 'sound':
      return isLongId(text) ? { kind: 'sound', soundId: text, slug: null } : null;
    case 'product':
      return isLongId(text) ? { kind: 'product', productId: text } : null;
    case 'shop':
      return isLongId(text) ? { kind: 'shop', sellerId: text, slug: null, region: null } : null;
    case 'hashtag': {
      const name = text.replace(/^#/, '');
      return isHashtag(name) ? { kind: 'hashtag', name } : null;
    }
    case 'search':
      return isLink(text) ? null : { kind: 'search', section: 'general', keyword: text };
    case 'shop_search':
      return isLink(text) ? null : { kind: 'shop_search', keyword: text, region: null };
  }
}

/** A text after an @ is a name. Only digits are an id, since TikTok has no names of only digits. */
function bareProfile(text: string): Address | null {
  if (isSecUid(text)) return { kind: 'profile_of_sec_uid', secUid: text };
  if (isUserId(text)) return { kind: 'profile_of_id', userId: text };
  const name = text.replace(/^@/, '');
  if (isSecUid(name)) return { kind: 'profile_of_sec_uid', secUid: name };
  return isName(name) ? { kind: 'profile', name } : null;
}

const isLink = (text: string): boolean => /^[a-z]+:\/\//i.test(text);
