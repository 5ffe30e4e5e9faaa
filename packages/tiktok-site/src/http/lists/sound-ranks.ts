import { soundRankPayload } from '../../payloads/sound-rank-payload.ts';
import { ranksOf } from '../../world/ranks.ts';
import type { ListResponse } from './list-response.ts';

/** The ranking of the Creative Center. Its pages are numbered. */
export const soundRanks: ListResponse = ({ world, query }) => {
  if (world.soundRanksAreOff) return { code: 0, msg: 'deprecated' };
  const [page, size, periodDays] = [query.count('page', 1), query.count('limit', 20), query.count('period', 7)];
  const country = query.text('country_code') || 'US';
  const all = ranksOf(world, country, periodDays, query.text('commercial_music') === 'true');
  const ranks = all.slice((page - 1) * size, page * size);
  return {
    code: 0,
    msg: 'OK',
    request_id: 'STANDIN',
    data: {
      pagination: { page, size, total: all.length, has_more: page * size < all.length },
      sound_list: ranks.map((rank) => soundRankPayload(world, country, periodDays, rank)),
    },
  };
};
