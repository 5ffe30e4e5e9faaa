import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, failed, type Outcome } from '../outcome.ts';
import { readVideo, type Video } from '../records/video.ts';
import { failureOfResponse, type Reading, read, readApi, readPage } from './response.ts';

/** Of `/@name/video/ID` and `/@name/photo/ID`, of the page for phones too. */
export const parseVideoPage = (captured: Captured): Outcome<Video> =>
  readPage(captured, [
    ['__UNIVERSAL_DATA_FOR_REHYDRATION__', ofUniversalData],
    ['SIGI_STATE', ofSigiState],
  ]);

/** Of `item/detail`. */
export const parseVideoDetail = (captured: Captured): Outcome<Video> => readApi(captured, ofItemInfo);

function ofUniversalData(root: Place): Reading<Video> {
  const detail = root.at('__DEFAULT_SCOPE__').firstOf('webapp.video-detail', 'webapp.reflow.video.detail');
  return failureOfResponse(detail.requireObject()) ?? ofItemInfo(detail);
}

function ofItemInfo(detail: Place): Reading<Video> {
  const item = detail.at('itemInfo', 'itemStruct');
  // What is for adults alone comes without its video.
  if (item.at('isContentClassified').flag() && !item.at('video').isThere) {
    return failed('login_required', 'the video is shown only to those who are logged in, for its age limit');
  }
  return read(readVideo(item));
}

/** The older page keeps videos by id, with their authors' names alone; there is one video on a video's page. */
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
