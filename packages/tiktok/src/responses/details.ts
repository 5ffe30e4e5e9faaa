/** The headers of the lists of a hashtag's and of a sound's posts. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { failed, type Outcome } from '../outcome.ts';
import { type Hashtag, readHashtag } from '../records/hashtag.ts';
import { readSound, type Sound } from '../records/sound.ts';
import { type Reading, read, readApi } from './response.ts';

/** Parses responses of `challenge/detail`. */
export const parseHashtagDetail = (captured: Captured): Outcome<Hashtag> =>
  readApi(captured, (root) => ofInfo(root.at('challengeInfo'), readHashtag, 'there is no such hashtag'));

/** Parses responses of `music/detail`. */
export const parseSoundDetail = (captured: Captured): Outcome<Sound> =>
  readApi(captured, (root) => ofInfo(root.at('musicInfo'), readSound, 'there is no such sound'));

/** For what does not exist, TikTok sends the code of success and an object without fields. */
function ofInfo<T>(info: Place, readInfo: (info: Place) => T, missing: string): Reading<T> {
  const isEmpty = info.isObject && !Array.isArray(info.value) && info.entries().length === 0;
  return isEmpty ? failed('not_found', missing) : read(readInfo(info));
}
