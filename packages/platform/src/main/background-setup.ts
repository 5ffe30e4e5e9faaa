import type { Logger } from 'pino';
import { AuditLog } from '../accounts/audit-log.ts';
import { FailedSignIns } from '../accounts/failed-sign-ins.ts';
import { UsageMeter } from '../accounts/usage.ts';
import { CallMeter } from '../api/metered-calls.ts';
import type { Builder } from '../builds/builder.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { SqliteDatabase } from '../database/sqlite/database.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import { SpendingLimits } from '../runs/supervisor/spending-limits.ts';
import { type InvokerParts, invoke, type SchedulePoint } from '../schedules/invoker.ts';
import { Waker } from '../schedules/waker.ts';
import { systemClock as clock } from '../shared/clock.ts';
import { Eraser } from '../storages/erasure.ts';
import { startSweep } from '../storages/key-value-stores/blob-sweep.ts';
import { QueueReads } from '../storages/request-queues/reads.ts';
import { Retention, type RetentionDays } from './retention.ts';
import { UserEndings } from './user-endings.ts';

interface BackgroundParts extends Pick<InvokerParts, 'observer'> {
  readonly database: SqliteDatabase;
  readonly files: FileStore;
  readonly blobFolder: string;
  readonly logger: Logger;
  readonly runs: { readonly supervisor: RunControl };
  readonly builder: Builder;
  readonly logs: LogStore;
  readonly inputSecrets: InputSecrets;
}

interface BackgroundOptions {
  readonly dataFolder: string;
  readonly auditDays?: number | undefined;
  readonly retention?: RetentionDays | undefined;
  readonly maxRuns: number;
  readonly maxUserMbytes?: number | undefined;
  readonly atSchedulePoint?: ((point: SchedulePoint) => void | Promise<void>) | undefined;
}

/** What works on after a call has got its response, and what works without calls. @param stack ends it, the last first */
export function openBackground(parts: BackgroundParts, options: BackgroundOptions, stack: AsyncDisposableStack) {
  const { database, files, logger, builder, logs } = parts;
  const { auditDays, dataFolder, retention: days = {} } = options;
  const runControl = parts.runs.supervisor;
  const eraser = new Eraser({ database, files, logger, clock });
  stack.defer(() => eraser.close());
  const queueReads = new QueueReads({ database, clock, logger });
  stack.defer(() => queueReads.store());
  const usageMeter = new UsageMeter({ database, clock, logger });
  stack.defer(() => usageMeter.flush());
  const spendingLimits = new SpendingLimits({ database, runControl, clock, logger });
  stack.defer(() => spendingLimits.close());
  const auditLog = new AuditLog({ database, clock, logger, maxAgeMs: auditDays && auditDays * 86_400_000 });
  stack.defer(() => auditLog.close());
  const failedSignIns = new FailedSignIns({ database, clock, logger });
  stack.defer(() => failedSignIns.close());
  const endedUsers = new UserEndings({ database, files, eraser, logger, clock, runControl, builder, logs });
  stack.defer(() => endedUsers.close());
  const collector = new Retention({ database, builder, logs, files, eraser, dataFolder, clock, logger, days });
  stack.defer(() => collector.close());
  const schedules = openSchedules(parts, options);
  const start = async () => {
    await spendingLimits.recover();
    schedules.start();
    stack.defer(() => schedules.close());
    stack.defer(startSweep({ database, files, blobFolder: parts.blobFolder }, logger));
    collector.startHourly();
    eraser.wake();
    endedUsers.wake();
    auditLog.start();
  };
  const callMeter = new CallMeter(usageMeter);
  return {
    eraser,
    queueReads,
    usageMeter,
    callMeter,
    spendingLimits,
    auditLog,
    failedSignIns,
    endedUsers,
    collector,
    schedules,
    start,
  };
}

function openSchedules(
  { database, files, inputSecrets, observer, logger, runs }: BackgroundParts,
  { maxRuns, maxUserMbytes, atSchedulePoint: at }: BackgroundOptions,
): Waker {
  const runControl = runs.supervisor;
  const invoker = { database, files, inputSecrets, observer, logger, runControl, maxRuns, maxUserMbytes, clock, at };
  return new Waker({
    database,
    logger,
    clock,
    invoke: (scheduleId, isLastTry) => invoke(invoker, scheduleId, isLastTry),
  });
}
