import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, type Failure, type Outcome } from '../outcome.ts';
import { type Reading, read, readPage } from './response.ts';

/** Parses `/embed/@name`: the ids of the newest videos, for use when the list of posts is not available. */
export const parseEmbedPage = (captured: Captured): Outcome<readonly string[]> =>
  readPage(captured, [['__FRONTITY_CONNECT_STATE__', ofConnectState]]);

function ofConnectState(root: Place): Reading<readonly string[]> {
  const page = embeddedPageIn(root);
  if ('kind' in page) return page;
  return read(
    page
      .at('videoList')
      .requireList()
      .map((video) => video.at('id').requireId()),
  );
}

/** The data of an account's embedded page. */
export const embeddedPageIn = (root: Place): Place | Failure =>
  root
    .at('source', 'data')
    .entries()
    .find(({ path }) => path.startsWith('source.data./embed/@')) ?? changed('source.data./embed/@');
