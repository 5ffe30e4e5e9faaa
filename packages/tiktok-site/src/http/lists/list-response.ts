import type { World } from '../../world/world.ts';
import type { Query } from '../query.ts';
import type { ListFaults } from './offset-part.ts';

export interface ListContext {
  readonly world: World;
  readonly query: Query;
  readonly faults: ListFaults;
  /** The number of pages of a feed that this visitor has received. */
  readonly feedOrdinal: number;
}

/** Returns the payload for a request. */
export type ListResponse = (context: ListContext) => Record<string, unknown>;

export const envelope = (code: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...more,
  statusCode: code,
  status_code: code,
  status_msg: '',
  extra: { fatal_item_ids: [], logid: '20260101000000STANDIN', now: 1767225600000 },
  log_pb: { impr_id: '20260101000000STANDIN' },
});
