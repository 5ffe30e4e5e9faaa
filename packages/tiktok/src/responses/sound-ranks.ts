import type { Captured } from '../captured.ts';
import type { Page } from '../lists/list.ts';
import { changed, type Outcome } from '../outcome.ts';
import { readRankedSound, type TrendingSound } from '../records/trending-sound.ts';
import { pageOf } from './page-of.ts';
import { readApi } from './response.ts';

/** Parses responses of the Creative Center's `popular_trend/sound/rank_list`. Its pages are numbered from 1. */
export const parseSoundRanks = (captured: Captured): Outcome<Page<TrendingSound>> =>
  readApi(captured, (root) => {
    // The response of an endpoint that was switched off looks like success.
    if (root.at('msg').value === 'deprecated') return changed('data', null, 'the site has switched this list off');
    const data = root.at('data').requireObject();
    const pagination = data.at('pagination').requireObject();
    return pageOf({
      holder: data,
      name: 'sound_list',
      readEntry: readRankedSound,
      idNames: ['song_id'],
      hasMore: pagination.at('has_more'),
      next: () => ({ cursor: `${pagination.at('page').requireCount() + 1}`, token: null }),
      total: pagination.at('total').count(),
    });
  });
