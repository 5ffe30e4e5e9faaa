import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, bodyOf, dataOf, wherry } from '../api/client.ts';
import { type Paging, pagedList } from './paging.ts';

type Schemas = components['schemas'];
export type Task = Schemas['Task'];
export type TaskShort = Schemas['TaskShort'];
export type TaskOptions = Schemas['TaskOptions'];
export type Input = Readonly<Record<string, unknown>>;

interface TaskPage {
  readonly total: number;
  readonly items: readonly TaskShort[];
}

export const tasksQuery = ({ offset, limit }: Paging) =>
  queryOptions({
    ...pagedList(['tasks', 'list'], { offset, limit }),
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/actor-tasks', { params: { query: { offset, limit, desc: true } }, signal })),
  });

/** Of an Actor, which may be gone. */
export const tasksOfActorQuery = (actorId: string, { offset, limit }: Paging) =>
  queryOptions({
    ...pagedList(['tasks', 'list', 'of-actor', actorId], { offset, limit }),
    queryFn: async ({ signal }): Promise<TaskPage> =>
      dataOf(wherry.GET('/wherry/v1/tasks', { params: { query: { actorId, offset, limit, desc: true } }, signal })),
  });

export const taskQuery = (actorTaskId: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', actorTaskId],
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/actor-tasks/{actorTaskId}', { params: { path: { actorTaskId } }, signal })),
  });

export const createTask = (body: Schemas['CreateTaskRequest']): Promise<Task> =>
  dataOf(apify.POST('/v2/actor-tasks', { body }));

export const updateTask = (actorTaskId: string, body: Schemas['UpdateTaskRequest']): Promise<Task> =>
  dataOf(apify.PUT('/v2/actor-tasks/{actorTaskId}', { params: { path: { actorTaskId } }, body }));

export const deleteTask = (actorTaskId: string) =>
  bodyOf(apify.DELETE('/v2/actor-tasks/{actorTaskId}', { params: { path: { actorTaskId } } }));

/** Starts a run with what the task has. */
export const startTask = (actorTaskId: string, input: Input = {}): Promise<Schemas['Run']> =>
  dataOf(apify.POST('/v2/actor-tasks/{actorTaskId}/runs', { params: { path: { actorTaskId } }, body: input as never }));
