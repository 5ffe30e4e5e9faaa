import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, type Outcome } from '../outcome.ts';
import { type Reading, read, readPage } from './response.ts';

/** Parses `/embed/@name`: the ids of the newest videos, for use when the list of posts is not available. */
export const parseEmbedPage = (captured: Captured): Outcome<readonly string[]> =>
  readPage(captured, [['__FRONTITY_CONNECT_STATE__', ofConnectState]]);

function ofConnectState(root: Place): Reading<readonly string[]> {
  const page = root
    .at('source', 'data')
    .entries()
    .find(({ path }) => path.startsWith('source.data./embed/@'));
  if (page === undefined) return changed('source.data./embed/@');
  const list = page.at('videoList');
  if (!list.isThere) return changed(list.path);
  return read(list.requireList().map((video) => video.at('id').requireId()));
}
