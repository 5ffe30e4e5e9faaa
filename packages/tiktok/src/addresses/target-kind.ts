import type { Address, AddressKind } from './address.ts';
import { profileOf, soundOf } from './address-of-path.ts';
import { isHashtag, isLongId, isSecUid, isShortId } from './forms.ts';

export type TargetKind = 'profile' | 'video' | 'hashtag' | 'sound' | 'search' | 'product' | 'shop' | 'shop_search';

/** The kinds of addresses for each kind of target. The name of the first one is used in refusals. */
export const wantedKinds: Record<TargetKind, readonly AddressKind[]> = {
  profile: ['profile', 'profile_of_sec_uid', 'profile_of_id', 'profile_of_digits'],
  video: ['video', 'photo'],
  hashtag: ['hashtag'],
  sound: ['sound'],
  search: ['search'],
  product: ['product'],
  shop: ['shop'],
  shop_search: ['shop_search', 'shop_category'],
};

export const targetNames: Record<TargetKind, string> = {
  profile: 'a profile URL, a username, or the id of an account',
  video: 'a video URL or the id of a video',
  hashtag: 'a hashtag or its URL',
  sound: 'a sound URL or the id of a sound',
  search: 'words to search for, or a search URL',
  product: 'a product URL or the id of a product',
  shop: 'a store URL or the id of its seller',
  shop_search: 'words to search the shop for, or the URL of a search or a category of the shop',
};

/** The address that a text which is not a URL means for a kind of target; null if it means none. */
export function bareAddressOf(text: string, wanted: TargetKind): Address | null {
  switch (wanted) {
    case 'profile':
      return bareProfile(text);
    case 'video':
      return isLongId(text) ? { kind: 'video', videoId: text, name: null } : null;
    case 'sound':
      return soundOf(text);
    case 'product':
      return isLongId(text) ? { kind: 'product', productId: text, region: null } : null;
    case 'shop':
      return isLongId(text) ? { kind: 'shop', sellerId: text, slug: null, region: null } : null;
    case 'hashtag': {
      const name = text.replace(/^[#＃]/, '');
      return isHashtag(name) ? { kind: 'hashtag', name } : null;
    }
    case 'search':
      return isLink(text) ? null : { kind: 'search', section: 'general', keyword: text };
    case 'shop_search':
      return isLink(text) ? null : { kind: 'shop_search', keyword: text, region: null };
  }
}

/** Only digits are a name or an id: accounts with such names exist. After an @ few digits are a name. */
function bareProfile(text: string): Address | null {
  if (isShortId(text)) return { kind: 'profile_of_digits', digits: text };
  return profileOf(text.replace(/^[@＠]/, ''));
}

/** Whether a word can be nothing but a target of this kind, even in the middle of a sentence. */
export function isUnmistakable(text: string, wanted: TargetKind): boolean {
  if (wanted === 'hashtag') return /^[#＃]/.test(text);
  if (wanted === 'profile') return /^[@＠]/.test(text) || isSecUid(text) || isLongId(text);
  if (wanted === 'sound') return /(^|-)\d{15,20}$/.test(text);
  return isLongId(text);
}

const isLink = (text: string): boolean => /^[a-z]+:\/\//i.test(text);
