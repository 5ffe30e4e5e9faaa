/** The headers of the lists of a hashtag's and of a sound's posts: in their pages, or in responses to the pages' scripts. */
import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { failed, type Outcome } from '../outcome.ts';
import { type Hashtag, readHashtag } from '../records/hashtag.ts';
import { readSound, type Sound } from '../records/sound.ts';
import {
  type Detail,
  type DetailForm,
  detailOf,
  failureOfDetail,
  type Reading,
  read,
  readApiWithCodes,
  readDetailInPage,
  readPage,
} from './response.ts';

interface InfoForm<T> extends DetailForm {
  readonly readInfo: (info: Place) => T;
  readonly missing: string;
}

const hasStats = (info: Place): boolean => info.at('stats').isObject || info.at('statsV2').isObject;

const hashtagForm: InfoForm<Hashtag> = {
  names: ['webapp.challenge-detail'],
  path: ['challengeInfo'],
  isRecord: (object) => object.at('challenge').isObject && hasStats(object),
  readInfo: readHashtag,
  missing: 'there is no such hashtag',
};

const soundForm: InfoForm<Sound> = {
  names: ['webapp.music-detail'],
  path: ['musicInfo'],
  isRecord: (object) => object.at('music').isObject && hasStats(object),
  readInfo: readSound,
  missing: 'there is no such sound',
};

/** Parses responses of `challenge/detail`. */
export const parseHashtagDetail = (captured: Captured): Outcome<Hashtag> => parseResponse(captured, hashtagForm);

/** Parses the page `/tag/NAME`, some of which have the hashtag. */
export const parseHashtagPage = (captured: Captured): Outcome<Hashtag> => parsePage(captured, hashtagForm);

/** Parses responses of `music/detail`. */
export const parseSoundDetail = (captured: Captured): Outcome<Sound> => parseResponse(captured, soundForm);

/** Parses the page `/music/SLUG-ID`, some of which have the sound. */
export const parseSoundPage = (captured: Captured): Outcome<Sound> => parsePage(captured, soundForm);

const parseResponse = <T>(captured: Captured, form: InfoForm<T>): Outcome<T> =>
  readApiWithCodes(captured, (root) => ofDetail(detailOf(root, form), form));

const parsePage = <T>(captured: Captured, form: InfoForm<T>): Outcome<T> =>
  readPage(captured, [
    ['__UNIVERSAL_DATA_FOR_REHYDRATION__', (root) => readDetailInPage(root, form, (detail) => ofDetail(detail, form))],
  ]);

/** For what does not exist, TikTok sends the code of success and an object without fields. */
function ofDetail<T>(detail: Detail, { readInfo, missing }: InfoForm<T>): Reading<T> {
  const failure = failureOfDetail(detail);
  if (failure !== null) return failure;
  const { record } = detail;
  const isEmpty = record.isObject && !Array.isArray(record.value) && record.entries().length === 0;
  return isEmpty ? failed('not_found', missing) : read(readInfo(record));
}
