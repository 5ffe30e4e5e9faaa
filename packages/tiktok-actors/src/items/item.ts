/** The items of the datasets: the records of `@wherry/tiktok`, with the field names that other TikTok Actors use. */
import type {
  Author,
  Comment,
  Hashtag,
  Product,
  Profile,
  Review,
  Shop,
  ShownProfile,
  Sound,
  TrendingSound,
  Video,
} from '@wherry/tiktok';

/** `input` is the user's input for which the item was found. */
export interface Item {
  readonly type: string;
  readonly input: string;
}

/**
 * `source` is where the profile was read: its `page`, the response to the page's script (`detail`), its form for other sites
 * (`embed`), whose counts are rounded and which lacks other fields, or a `search`.
 */
export function profileItem(profile: ShownProfile | Author, input: string) {
  const { source, ...authorMeta } = { source: 'search' as const, ...profile };
  return { type: 'profile', input, source, authorMeta } as const;
}

/** `fromProfileSection` is the list that the video was found in, such as `videos`. */
export const videoItem = (video: Video, input: string, fromProfileSection: string | null = null) =>
  ({ type: 'video', input, ...video, fromProfileSection }) as const;

export const hashtagItem = (hashtag: Hashtag, input: string) => ({ type: 'hashtag', input, ...hashtag }) as const;

export const soundItem = (sound: Sound, input: string) => ({ type: 'sound', input, ...sound }) as const;

export const productItem = (product: Product, input: string) => ({ type: 'product', input, ...product }) as const;

export const shopItem = (shop: Shop, input: string) => ({ type: 'shop', input, ...shop }) as const;

export const reviewItem = (review: Review, input: string) => ({ type: 'review', input, ...review }) as const;

export const commentItem = (comment: Comment, input: string) => ({ type: 'comment', input, ...comment }) as const;

/** An account in a list of followers, or of accounts that a user follows. */
export const connectionItem = (authorMeta: Profile, input: string, connectionType: 'follower' | 'following') =>
  ({ type: 'connection', input, connectionType, authorMeta }) as const;

export const trendingSoundItem = (sound: TrendingSound, input: string) =>
  ({ type: 'trending_sound', input, ...sound }) as const;

/** The item in the type that the SDK expects. */
export const plainItem = (item: Item): Record<string, unknown> => ({ ...item });
