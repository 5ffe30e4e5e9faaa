import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, bodyOf, dataOf } from '../api/client.ts';

type Schemas = components['schemas'];
export type Task = Schemas['Task'];
export type TaskShort = Schemas['TaskShort'];
export type TaskOptions = Schemas['TaskOptions'];
export type Input = Readonly<Record<string, unknown>>;

export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

export const tasksQuery = ({ offset, limit }: Paging) =>
  queryOptions({
    queryKey: ['tasks', 'list', `${offset}`, `${limit}`],
    queryFn: ({ signal }) =>
      dataOf(apify.GET('/v2/actor-tasks', { params: { query: { offset, limit, desc: true } }, signal })),
  });

/** Tasks are listed for the whole account alone, so those of an Actor are picked out of all. */
const mostOfActor = 1000;

export const tasksOfActorQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['tasks', 'list', 'of-actor', actorId],
    queryFn: async ({ signal }) => {
      const { items } = await dataOf(
        apify.GET('/v2/actor-tasks', { params: { query: { limit: mostOfActor, desc: true } }, signal }),
      );
      return items.filter(({ actId }) => actId === actorId);
    },
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
