import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, failed, type Outcome } from '../outcome.ts';
import { readVideo, type Video } from '../records/video.ts';
import {
  type Detail,
  type DetailForm,
  detailOf,
  failureOfDetail,
  failureOfResponse,
  type Reading,
  read,
  readApiWithCodes,
  readDetailInPage,
  readPage,
} from './response.ts';

/** Parses the pages `/@name/video/ID` and `/@name/photo/ID`, also in their mobile form. */
export const parseVideoPage = (captured: Captured): Outcome<Video> =>
  readPage(captured, [
    ['__UNIVERSAL_DATA_FOR_REHYDRATION__', ofUniversalData, ['__DEFAULT_SCOPE__', 'webapp.video-detail']],
    ['SIGI_STATE', ofSigiState],
  ]);

/** Parses responses of `item/detail`. */
export const parseVideoDetail = (captured: Captured): Outcome<Video> =>
  readApiWithCodes(captured, (root) => ofDetail(detailOf(root, form)));

const form: DetailForm = {
  names: ['webapp.video-detail', 'webapp.reflow.video.detail'],
  path: ['itemInfo', 'itemStruct'],
  isRecord: (object) => object.path.endsWith('.itemStruct') && object.at('id').isThere,
};

function ofUniversalData(root: Place): Reading<Video> {
  return readDetailInPage(root, form, ofDetail);
}

function ofDetail(detail: Detail): Reading<Video> {
  const failure = failureOfDetail(detail);
  if (failure !== null) return failure;
  const item = detail.record;
  // A post that is only for adults comes without its video.
  if (item.at('isContentClassified').flag() && !item.at('video').isThere) {
    return failed('login_required', 'the video has an age limit and is shown only after a login');
  }
  return read(readVideo(item));
}

/** The older page has videos by id, with only the names of their authors. A video's page has one video. */
function ofSigiState(root: Place): Reading<Video> {
  const failure = root.at('VideoPage').isObject ? failureOfResponse(root.at('VideoPage')) : null;
  const item = root.at('ItemModule').entries()[0];
  if (item === undefined) return failure ?? changed('ItemModule');
  return read(readVideo(item, (name) => authorOf(root, name)));
}

function authorOf(root: Place, name: string): Place | null {
  const author = root.at('UserModule', 'users', name);
  return author.isObject ? author : null;
}
