/** What stands above a hashtag's and a sound's posts. */
import type { Captured } from '../captured.ts';
import type { Outcome } from '../outcome.ts';
import { type Hashtag, readHashtag } from '../records/hashtag.ts';
import { readSound, type Sound } from '../records/sound.ts';
import { read, readApi } from './response.ts';

/** Of `challenge/detail`. */
export const parseHashtagDetail = (captured: Captured): Outcome<Hashtag> =>
  readApi(captured, (root) => read(readHashtag(root.at('challengeInfo'))));

/** Of `music/detail`. */
export const parseSoundDetail = (captured: Captured): Outcome<Sound> =>
  readApi(captured, (root) => read(readSound(root.at('musicInfo'))));
