import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, bodyOf, dataOf, fetchData, wherry } from '../api/client.ts';
import { type Paging, pagedList } from './paging.ts';
import { startTask } from './tasks.ts';

type Schemas = components['schemas'];
export type Schedule = Schemas['Schedule'];
export type ScheduleShort = Schemas['ScheduleShort'];
export type ScheduleAction = Schemas['ScheduleAction'];
export type ScheduleBody = Schemas['ScheduleCreate'];
export type LogLine = Schemas['ScheduleInvoked'];

export const schedulesQuery = ({ offset, limit }: Paging) =>
  queryOptions({
    ...pagedList(['schedules', 'list'], { offset, limit }),
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/schedules', { params: { query: { offset, limit, desc: true } }, signal })),
  });

interface SchedulePage {
  readonly total: number;
  readonly items: readonly ScheduleShort[];
}

/** Those that start an Actor or a task. */
export const schedulesOfTargetQuery = (
  target: { readonly actorId?: string; readonly taskId?: string },
  { offset, limit }: Paging,
) =>
  queryOptions({
    ...pagedList(['schedules', 'list', 'of', target.actorId ?? '', target.taskId ?? ''], { offset, limit }),
    queryFn: async ({ signal }): Promise<SchedulePage> => {
      const query = { ...target, offset, limit, desc: true };
      return (await dataOf(wherry.GET('/wherry/v1/schedules', { params: { query }, signal }))) as SchedulePage;
    },
  });

export const scheduleQuery = (scheduleId: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', scheduleId],
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/schedules/{scheduleId}', { params: { path: { scheduleId } }, signal })),
  });

/** The oldest line first. */
export const scheduleLogQuery = (scheduleId: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', scheduleId, 'log'],
    // The platform gives the lines themselves, as Apify does.
    queryFn: ({ signal }): Promise<LogLine[]> =>
      dataOf(apify.GET('/v2/schedules/{scheduleId}/log', { params: { path: { scheduleId } }, signal })),
  });

export const createSchedule = (body: ScheduleBody): Promise<Schedule> => dataOf(apify.POST('/v2/schedules', { body }));

export const updateSchedule = (scheduleId: string, body: ScheduleBody): Promise<Schedule> =>
  dataOf(apify.PUT('/v2/schedules/{scheduleId}', { params: { path: { scheduleId } }, body }));

export const deleteSchedule = (scheduleId: string) =>
  bodyOf(apify.DELETE('/v2/schedules/{scheduleId}', { params: { path: { scheduleId } } }));

/**
 * Starts what an action starts, with its input and options. The API has no call that invokes a schedule, so the run counts as
 * one that the user has started.
 */
export async function startAction(action: ScheduleAction): Promise<Schemas['Run']> {
  if (action.type === 'RUN_ACTOR_TASK') return startTask(action.actorTaskId, action.input ?? {});
  const { actorId, runInput, runOptions } = action;
  return fetchData(`/v2/actors/${encodeURIComponent(actorId)}/runs${queryOf(runOptions ?? {})}`, {
    method: 'POST',
    ...(runInput?.body && {
      body: runInput.body,
      headers: { 'content-type': runInput.contentType || 'application/json; charset=utf-8' },
    }),
  });
}

/** The parameters of a start by the names of options. */
const parameters = {
  build: 'build',
  timeoutSecs: 'timeout',
  memoryMbytes: 'memory',
  maxItems: 'maxItems',
  maxTotalChargeUsd: 'maxTotalChargeUsd',
  restartOnError: 'restartOnError',
} as const;

function queryOf(options: Schemas['TaskOptions']): string {
  const query = new URLSearchParams();
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = options[name as keyof typeof parameters];
    if (value !== undefined && value !== null) query.set(parameter, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
