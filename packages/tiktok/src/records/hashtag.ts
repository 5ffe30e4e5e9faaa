import type { Place } from '../json/place.ts';
import { CountTables } from './counts.ts';

export interface Hashtag {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly isCommerce: boolean | null;
  readonly coverUrl: string | null;
  readonly url: string;
  readonly videoCount: number | null;
  readonly viewCount: number | null;
}

/** Reads `{ challenge, stats, statsV2 }`. */
export function readHashtag(info: Place): Hashtag {
  const challenge = info.at('challenge').requireObject();
  const name = challenge.at('title').requireText();
  const tables = CountTables.of(info);
  const isExact = info.at('statsV2', 'videoCount').isThere;
  const [videoCount, viewCount] = [tables.require('videoCount'), tables.require('viewCount')];
  return {
    id: challenge.at('id').requireId(),
    name,
    description: challenge.at('desc').text(),
    isCommerce: challenge.at('isCommerce').flag(),
    coverUrl: challenge.firstText('coverLarger', 'profileLarger'),
    url: `https://www.tiktok.com/tag/${encodeURIComponent(name)}`,
    // The rounded table has 0 for billions of videos: a hashtag that was viewed has had a video.
    videoCount: videoCount === 0 && viewCount !== 0 && !isExact ? null : videoCount,
    viewCount,
  };
}
