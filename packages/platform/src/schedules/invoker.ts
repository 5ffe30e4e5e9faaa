/** Carries out one invocation of a schedule. The invariants are in `schedules.ts`. */
import type { Logger } from 'pino';
import { givenOptions } from '../actors/start-options.ts';
import { discardInput } from '../runs/start/run-input.ts';
import { type PreparedRun, prepareRun, type RunRequest, type StartParts } from '../runs/start/run-start.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { isoTime } from '../shared/time.ts';
import { lastTimeUntil, minIntervalMs } from './cron.ts';
import {
  type InvocationResult,
  invokeSchedule,
  type LogLine,
  type PreparedAction,
  readForInvocation,
  refusedStartOf,
  type ScheduleToInvoke,
} from './invocations.ts';
import type { ScheduleAction } from './schedule-settings.ts';

/** Where a test may stop the process. `before` and `after` are those of the transaction. */
export const schedulePoints = [
  'invocation:prepared',
  'invocation:before',
  'invocation:after',
  'invocation:supervised',
] as const;
export type SchedulePoint = (typeof schedulePoints)[number];

/** An invocation that took place. Times in ms since 1970. */
export interface InvokedSchedule {
  readonly scheduledAt: number;
  readonly invokedAt: number;
  /** How many of its actions have started a run, have failed, and were skipped since their last run is not over. */
  readonly started: number;
  readonly failed: number;
  readonly skipped: number;
}

/** It must not throw. */
export interface ScheduleObserver {
  scheduleInvoked(invoked: InvokedSchedule): void;
}

export interface InvokerParts extends StartParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'error'>;
  readonly observer?: ScheduleObserver | undefined;
  /** For tests. */
  readonly at?: ((point: SchedulePoint) => void | Promise<void>) | undefined;
}

const platform = { kind: 'platform' } as const;

/** From here on an invocation says that it is late. */
const lateMs = 10_000;

/** An action as it is prepared, with what is to be given back. */
interface Prepared {
  readonly action: PreparedAction;
  readonly run?: PreparedRun;
}

/**
 * Invokes a schedule whose time has come; does nothing when it has not, or when another process was faster.
 * @param isLastTry whether what is not the user's fault makes an action fail. Otherwise nothing is changed and it is thrown.
 * @throws what the platform lacks at the moment: the schedule stays due, so it can be tried again
 */
export async function invoke(parts: InvokerParts, scheduleId: string, isLastTry: boolean): Promise<void> {
  const schedule = await parts.database.read(readForInvocation, { id: scheduleId }, platform);
  if (schedule === undefined) return;
  const { scheduledAt, notes } = occasionOf(schedule, parts.clock.now());
  const prepared = new Map<string, Prepared>();
  try {
    for (const action of schedule.actions) {
      prepared.set(action.id, await prepare(parts, schedule, { action, scheduledAt, isLastTry }));
    }
    await parts.at?.('invocation:prepared');
    await commit(parts, schedule, { scheduledAt, notes, prepared });
  } finally {
    for (const { run } of prepared.values()) run?.release();
  }
}

/** [schedule-3] For which time it is invoked, and what the log says about it. Pure. */
function occasionOf(
  schedule: Pick<ScheduleToInvoke, 'cronExpression' | 'timezone' | 'nextRunAt' | 'invokedTimes'>,
  now: number,
): { readonly scheduledAt: number; readonly notes: readonly LogLine[] } {
  const { nextRunAt, invokedTimes } = schedule;
  let last = lastTimeUntil(schedule, nextRunAt, now);
  while (invokedTimes.includes(last)) last = lastTimeUntil(schedule, nextRunAt, last - 1);
  // What is closer to the first one than this would have been skipped anyway.
  const scheduledAt = last - nextRunAt < minIntervalMs ? nextRunAt : last;
  const lateSecs = Math.floor((now - scheduledAt) / 1000);
  if (scheduledAt > nextRunAt) {
    const message = `The platform was down or busy at the scheduled times from ${isoTime(nextRunAt)} to ${isoTime(scheduledAt)}. The schedule is invoked once for all of them.`;
    return { scheduledAt, notes: [{ level: 'WARNING', message }] };
  }
  if (lateSecs * 1000 < lateMs) return { scheduledAt, notes: [] };
  const message = `The platform was down or busy at the scheduled time ${isoTime(scheduledAt)}. The schedule is invoked ${lateSecs} s late.`;
  return { scheduledAt, notes: [{ level: 'WARNING', message }] };
}

/** [schedule-4] */
async function prepare(
  parts: InvokerParts,
  schedule: ScheduleToInvoke,
  { action, scheduledAt, isLastTry }: { action: ScheduleAction; scheduledAt: number; isLastTry: boolean },
): Promise<Prepared> {
  if (schedule.busyActionIds.includes(action.id)) return { action: { kind: 'busy', action } };
  try {
    const { id: scheduleId, userId } = schedule;
    const meta = { origin: 'SCHEDULER', scheduleId, scheduledAt: isoTime(scheduledAt) };
    const run = await prepareRun(parts, { ...requestOf(action), userId, meta }, { kind: 'user', userId });
    return { action: { kind: 'start', action, run: run.run }, run };
  } catch (error) {
    const isUsersFault = error instanceof Refusal && error.statusCode < 500;
    if (!isUsersFault && !isLastTry) throw error;
    if (!(error instanceof Refusal)) {
      parts.logger.error({ err: error, scheduleId: schedule.id }, 'an action of a schedule could not be prepared');
    }
    const message = error instanceof Refusal ? error.message : 'The platform had an internal error; its log has more.';
    return { action: { kind: 'fail', action, message } };
  }
}

function requestOf(action: ScheduleAction): Pick<RunRequest, 'target' | 'options' | 'input'> {
  if (action.type === 'RUN_ACTOR_TASK') {
    const { actorTaskId: task, input } = action;
    const body = input ? Buffer.from(JSON.stringify(input)) : undefined;
    return { target: { task }, options: {}, input: { body, contentType: undefined } };
  }
  const { actorId: actor, runInput, runOptions } = action;
  const body = runInput?.body ? Buffer.from(runInput.body) : undefined;
  const input = { body, contentType: runInput?.contentType ?? undefined };
  return { target: { actor }, options: givenOptions(runOptions ?? {}), input };
}

interface Plan {
  readonly scheduledAt: number;
  readonly notes: readonly LogLine[];
  /** By the ids of the actions, in their order. A start that the database refuses becomes a failure here. */
  readonly prepared: Map<string, Prepared>;
}

async function commit(parts: InvokerParts, schedule: ScheduleToInvoke, plan: Plan): Promise<void> {
  for (;;) {
    try {
      await parts.at?.('invocation:before');
      const result = await parts.database.write(invokeSchedule, invocationOf(schedule, plan), platform);
      await parts.at?.('invocation:after');
      tell(parts, plan, result);
      await settle(parts, plan, result);
      await parts.at?.('invocation:supervised');
      return;
    } catch (error) {
      const refused = refusedStartOf(error);
      if (refused === undefined) {
        // The transaction may have taken place: then its runs are there, and need a supervisor [worker-3].
        if (!(error instanceof Refusal)) await superviseThoseThatExist(parts, plan);
        throw error;
      }
      await refuse(parts, plan, refused);
    }
  }
}

function invocationOf(schedule: ScheduleToInvoke, { scheduledAt, notes, prepared }: Plan) {
  return {
    scheduleId: schedule.id,
    revision: schedule.revision,
    nextRunAt: schedule.nextRunAt,
    scheduledAt,
    notes,
    actions: [...prepared.values()].map(({ action }) => action),
  };
}

const startsOf = ({ prepared }: Plan) =>
  [...prepared.values()].flatMap(({ action }) => (action.kind === 'start' ? [action.run] : []));

function tell({ observer }: InvokerParts, { scheduledAt, prepared }: Plan, result: InvocationResult): void {
  if (result.kind !== 'invoked') return;
  const { invokedAt, runIds } = result;
  const started = runIds.length;
  const failed = [...prepared.values()].filter(({ action }) => action.kind === 'fail').length;
  observer?.scheduleInvoked({ scheduledAt, invokedAt, started, failed, skipped: prepared.size - started - failed });
}

async function settle(parts: InvokerParts, plan: Plan, result: InvocationResult): Promise<void> {
  const started = new Set(result.kind === 'invoked' ? result.runIds : []);
  for (const run of startsOf(plan)) {
    if (started.has(run.id)) await supervise(parts, run.id);
    else await discardInput(parts.files, run.input);
  }
}

/** The supervisor itself tries again to read a run that it could not read. */
async function supervise({ runControl, logger }: InvokerParts, runId: string): Promise<void> {
  try {
    await runControl.supervise(runId);
  } catch (error) {
    logger.error({ err: error, runId }, 'a run that a schedule started could not be read');
  }
}

async function superviseThoseThatExist({ runControl }: InvokerParts, plan: Plan): Promise<void> {
  // A run that does not exist is refused.
  for (const { id } of startsOf(plan)) await runControl.supervise(id).catch(() => undefined);
}

async function refuse(
  parts: InvokerParts,
  { prepared }: Plan,
  { actionId, message }: { actionId: string; message: string },
): Promise<void> {
  const known = prepared.get(actionId);
  if (known?.action.kind !== 'start') throw new Error(`the action ${actionId} was refused and had not been started`);
  const { action, run } = known.action;
  known.run?.release();
  prepared.set(actionId, { action: { kind: 'fail', action, message } });
  await discardInput(parts.files, run.input);
}
