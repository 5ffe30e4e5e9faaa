/** The headers of the lists of a hashtag's and of a sound's posts. */
import type { Captured } from '../captured.ts';
import type { Outcome } from '../outcome.ts';
import { type Hashtag, readHashtag } from '../records/hashtag.ts';
import { readSound, type Sound } from '../records/sound.ts';
import { read, readApi } from './response.ts';

/** Parses responses of `challenge/detail`. */
export const parseHashtagDetail = (captured: Captured): Outcome<Hashtag> =>
  readApi(captured, (root) => read(readHashtag(root.at('challengeInfo'))));

/** Parses responses of `music/detail`. */
export const parseSoundDetail = (captured: Captured): Outcome<Sound> =>
  readApi(captured, (root) => read(readSound(root.at('musicInfo'))));
