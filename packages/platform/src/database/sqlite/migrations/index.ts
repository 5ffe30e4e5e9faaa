import type { SqliteSession } from '../session.ts';
import { core } from './0001-core.ts';
import { storages } from './0002-storages.ts';
import { requestQueues } from './0003-request-queues.ts';
import { actors } from './0004-actors.ts';
import { commitIds } from './0005-commit-ids.ts';
import { responses } from './0006-responses.ts';
import { permissions } from './0007-permissions.ts';
import { runLimits } from './0008-run-limits.ts';
import { secrets } from './0009-secrets.ts';
import { erasures } from './0010-erasures.ts';
import { proxyTraffic } from './0011-proxy-traffic.ts';
import { idleEnds } from './0012-idle-ends.ts';
import { storageSchemas } from './0013-storage-schemas.ts';
import { counts } from './0014-counts.ts';
import { tasks } from './0015-tasks.ts';
import { schedules } from './0016-schedules.ts';
import { webhooks } from './0017-webhooks.ts';
import { users } from './0018-users.ts';
import { auditLog } from './0019-audit-log.ts';
import { limits } from './0020-limits.ts';
import { runsOfActors } from './0021-runs-of-actors.ts';
import { sessions } from './0022-sessions.ts';
import { overview } from './0023-overview.ts';
import { proofs } from './0024-proofs.ts';
import { filters } from './0025-filters.ts';
import { handoffList } from './0026-handoff-list.ts';
import { arrivals } from './0027-arrivals.ts';

/** All migrations of the schema, in order. A released migration is never changed; add another one. */
export const migrations: readonly { readonly number: number; readonly sql: string }[] = [
  { number: 1, sql: core },
  { number: 2, sql: storages },
  { number: 3, sql: requestQueues },
  { number: 4, sql: actors },
  { number: 5, sql: commitIds },
  { number: 6, sql: responses },
  { number: 7, sql: permissions },
  { number: 8, sql: runLimits },
  { number: 9, sql: secrets },
  { number: 10, sql: erasures },
  { number: 11, sql: proxyTraffic },
  { number: 12, sql: idleEnds },
  { number: 13, sql: storageSchemas },
  { number: 14, sql: counts },
  { number: 15, sql: tasks },
  { number: 16, sql: schedules },
  { number: 17, sql: webhooks },
  { number: 18, sql: users },
  { number: 19, sql: auditLog },
  { number: 20, sql: limits },
  { number: 21, sql: runsOfActors },
  { number: 22, sql: sessions },
  { number: 23, sql: overview },
  { number: 24, sql: proofs },
  { number: 25, sql: filters },
  { number: 26, sql: handoffList },
  { number: 27, sql: arrivals },
];

export const newestSchema = migrations.at(-1)!.number;

/**
 * Applies the missing migrations, all in one transaction: when one fails, the version that wrote the data still opens it.
 * Returns whether the database is new. Throws when a newer Wherry has written the data.
 */
export function migrate({ connection }: SqliteSession): { readonly isNew: boolean } {
  const { user_version: version } = connection.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > newestSchema) {
    throw new Error(
      `The data folder was written by a newer Wherry (schema ${version}; this one knows ${newestSchema}). Start that version.`,
    );
  }
  const missing = migrations.filter(({ number }) => number > version).map(({ sql }) => sql);
  if (missing.length > 0) {
    // A migration may change the stored schema itself, from which SQLite protects it otherwise.
    connection.enableDefensive(false);
    connection.exec(['BEGIN IMMEDIATE', ...missing, `PRAGMA user_version = ${newestSchema}`, 'COMMIT'].join(';\n'));
    connection.enableDefensive(true);
  }
  return { isNew: version === 0 };
}
