import { soundRankPayload } from '../../payloads/sound-rank-payload.ts';
import { rankCount } from '../../world/ranks.ts';
import type { ListResponse } from './list-response.ts';

/** The ranking of the Creative Center. Its pages are numbered. */
export const soundRanks: ListResponse = ({ world, query }) => {
  if (world.soundRanksAreOff) return { code: 0, msg: 'deprecated' };
  const [page, size, periodDays] = [query.count('page', 1), query.count('limit', 20), query.count('period', 7)];
  const ranks = Array.from({ length: size }, (_, index) => (page - 1) * size + index + 1).filter(
    (rank) => rank <= rankCount,
  );
  return {
    code: 0,
    msg: 'OK',
    request_id: 'STANDIN',
    data: {
      pagination: { page, size, total: rankCount, has_more: page * size < rankCount },
      sound_list: ranks.map((rank) => soundRankPayload(world, query.text('country_code') || 'US', periodDays, rank)),
    },
  };
};
