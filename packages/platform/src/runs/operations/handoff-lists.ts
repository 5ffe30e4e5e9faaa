/** Handoffs as the API shows them: those of one run, and those of many. */
import { isPublic } from '../../actors/public-actors.ts';
import { defineRead } from '../../database/operation.ts';
import { all, one, type Sql } from '../../database/sql.ts';
import type { Paging } from '../../shared/paging.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';
import type { HandoffMode, HandoffReason } from '../state/run-state.ts';

/** `from` and `to` are servers; durations in ms, null where there was no drain or no downtime. */
export interface HandoffResult {
  readonly id: string;
  readonly runId: string;
  readonly from: string;
  readonly to: string | null;
  readonly fromAttempt: number;
  readonly toAttempt: number | null;
  readonly mode: HandoffMode;
  readonly reason: HandoffReason;
  /** Times in ISO 8601; null for what it has not, or not yet. */
  readonly requestedAt: string;
  readonly drainStartedAt: string | null;
  readonly fencedAt: string | null;
  readonly firstCallAt: string | null;
  readonly drainMs: number | null;
  readonly downtimeMs: number | null;
  readonly phase: 'requested' | 'switched' | 'done' | 'cancelled';
  readonly outcome: string;
}

type Row = Omit<HandoffResult, `${string}At`> & {
  readonly requested_at: number;
  readonly migrating_at: number | null;
  readonly switched_at: number | null;
  readonly first_call_at: number | null;
};

const columns = `handoffs.id, handoffs.run_id AS "runId", source.server_id AS "from",
  COALESCE(target.server_id, handoffs.target_server_id) AS "to", handoffs.from_attempt AS "fromAttempt",
  handoffs.to_attempt AS "toAttempt", handoffs.mode, handoffs.reason, handoffs.drain_ms AS "drainMs",
  handoffs.downtime_ms AS "downtimeMs", COALESCE(handoffs.outcome, 'under way') AS outcome, handoffs.phase,
  handoffs.requested_at, handoffs.migrating_at, handoffs.switched_at, handoffs.first_call_at`;

const withAttempts = `handoffs
  JOIN attempts AS source ON source.run_id = handoffs.run_id AND source.number = handoffs.from_attempt
  LEFT JOIN attempts AS target ON target.run_id = handoffs.run_id AND target.number = handoffs.to_attempt`;

const resultOf = ({ requested_at, migrating_at, switched_at, first_call_at, ...row }: Row): HandoffResult => ({
  ...row,
  requestedAt: isoTime(requested_at),
  drainStartedAt: isoTimeOrNull(migrating_at),
  fencedAt: isoTimeOrNull(switched_at),
  firstCallAt: isoTimeOrNull(first_call_at),
});

/** The oldest first. */
export function* handoffsOfRun(runId: string): Sql<HandoffResult[]> {
  const rows = yield* all<Row>(
    `SELECT ${columns} FROM ${withAttempts}
      WHERE handoffs.run_id = ? ORDER BY handoffs.requested_at, handoffs.from_attempt`,
    runId,
  );
  return rows.map(resultOf);
}

export type HandoffOutcome = 'under-way' | 'done' | 'cancelled';

const phasesOf: Readonly<Record<HandoffOutcome, string>> = {
  'under-way': "('requested', 'switched')",
  done: "('done')",
  cancelled: "('cancelled')",
};

export const handoffOutcomes = Object.keys(phasesOf) as readonly HandoffOutcome[];

export interface HandoffListing extends Omit<Paging, 'desc'> {
  /** Null for those of all users, which administrators are shown. */
  readonly userId: string | null;
  /** Those under way, and those that have ended at this time or later; in ms since 1970. */
  readonly since: number;
  /** Where the run was or comes to. */
  readonly server: string | undefined;
  readonly mode: HandoffMode | undefined;
  readonly outcome: HandoffOutcome | undefined;
}

interface ListedRow {
  readonly finished_at: number | null;
  readonly actorId: string;
  readonly actorName: string | null;
  readonly actorOwnerId: string | null;
  readonly actorSettings: string | null;
  readonly ofUserId: string;
  readonly username: string;
}

/** Of those under way: later than any end. As the indexes have it. */
const end = 'coalesce(handoffs.finished_at, 9007199254740991)';

/** Those under way first, then the newest. The total counts all that fit. */
export const listHandoffs = defineRead('handoffs.list', function* (listing: HandoffListing) {
  const { userId, since, server, mode, outcome, offset, limit } = listing;
  const conditions: [sql: string, ...values: (string | number)[]][] = [[`${end} >= ?`, since]];
  if (userId !== null) conditions.push(['handoffs.user_id = ?', userId]);
  if (mode !== undefined) conditions.push(['handoffs.mode = ?', mode]);
  if (outcome !== undefined) conditions.push([`handoffs.phase IN ${phasesOf[outcome]}`]);
  if (server !== undefined) {
    const to = 'COALESCE(target.server_id, handoffs.target_server_id)';
    conditions.push([`(source.server_id = ? OR ${to} = ?)`, server, server]);
  }
  const where = conditions.map(([sql]) => sql).join(' AND ');
  const values = conditions.flatMap(([, ...each]) => each);
  const counted = yield* one<{ total: number }>(
    `SELECT count(*) AS total FROM ${withAttempts} WHERE ${where}`,
    ...values,
  );
  const rows = yield* all<Row & ListedRow>(
    `SELECT ${columns}, handoffs.finished_at, runs.actor_id AS "actorId", actors.name AS "actorName",
        actors.user_id AS "actorOwnerId", actors.settings_json AS "actorSettings", runs.user_id AS "ofUserId", users.username
      FROM ${withAttempts} JOIN runs ON runs.id = handoffs.run_id JOIN users ON users.id = runs.user_id
        LEFT JOIN actors ON actors.id = runs.actor_id
      WHERE ${where} ORDER BY ${end} DESC, handoffs.id DESC LIMIT ? OFFSET ?`,
    ...values,
    limit,
    offset,
  );
  return { total: counted!.total, items: rows.map((row) => listedHandoff(row, userId)) };
});

/** @param readerId null for an administrator */
function listedHandoff(row: Row & ListedRow, readerId: string | null) {
  const { finished_at, actorId, actorName, actorOwnerId, actorSettings, ofUserId, username, ...result } = row;
  // [public-1] another user's Actor has its name for others while it is public.
  const isNamed = readerId === null || actorOwnerId === readerId || isPublic(actorSettings);
  return {
    ...resultOf(result),
    finishedAt: isoTimeOrNull(finished_at),
    actorId,
    actorName: isNamed ? actorName : null,
    userId: ofUserId,
    username,
  };
}
