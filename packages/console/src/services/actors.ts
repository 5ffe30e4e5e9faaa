import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { ApiError, apify, bodyOf, dataOf, fetchApi, fetchData, wherry, withBody } from '../api/client.ts';
import type { components as WherryComponents } from '../api/wherry-v1.d.ts';
import { type InputErrors, inputErrors } from '../model/input-errors.ts';
import type { JsonObject } from '../model/input-schema.ts';
import type { StartRequest } from '../model/start-call.ts';
import { startPath } from '../model/start-call.ts';
import { pagedList } from './paging.ts';

export type Actor = components['schemas']['Actor'];
export type ActorShort = components['schemas']['ActorShort'];
export type StoreActor = components['schemas']['StoreListActor'];
export type Version = components['schemas']['Version'];
export type EnvVar = components['schemas']['EnvVar'];
export type ActorUpdate = components['schemas']['UpdateActorRequest'];
export type NewActor = components['schemas']['CreateActorRequest'];
type Run = components['schemas']['Run'];

const actorPath = (actorId: string) => ({ params: { path: { actorId } } });

export const actorQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['actors', 'one', actorId],
    queryFn: (): Promise<Actor> => dataOf(apify.GET('/v2/actors/{actorId}', actorPath(actorId))),
  });

export type ActorOrder = 'createdAt' | 'stats.lastRunStartedAt';

export const actorsQuery = (offset: number, limit: number, sortBy: ActorOrder = 'stats.lastRunStartedAt') =>
  queryOptions({
    ...pagedList(['actors', 'list', sortBy], { offset, limit }),
    queryFn: () =>
      dataOf(apify.GET('/v2/actors', { params: { query: { my: true, offset, limit, desc: true, sortBy } } })),
  });

/** The most Actors that a search looks through: the API lists them without one. */
const maxSearched = 1000;

/** All own Actors, for a search by name. */
export const allActorsQuery = queryOptions({
  queryKey: ['actors', 'list', 'all'],
  queryFn: async (): Promise<readonly ActorShort[]> => {
    const query = { my: true, limit: maxSearched, desc: true, sortBy: 'stats.lastRunStartedAt' as const };
    return (await dataOf(apify.GET('/v2/actors', { params: { query } }))).items;
  },
});

/** The public Actors of this platform. */
export const storeQuery = (search: string, offset: number, limit: number) =>
  queryOptions({
    ...pagedList(['actors', 'list', 'store', search], { offset, limit }),
    queryFn: () => dataOf(apify.GET('/v2/store', { params: { query: { search, offset, limit } } })),
  });

/** The newest run of an Actor that the user started; null before the first. */
export const newestRunQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['runs', 'list', { actorId, newest: true }],
    queryFn: async (): Promise<Run | null> => {
      const params = { path: { actorId }, query: { desc: true, limit: 1 } };
      const { items } = await dataOf(apify.GET('/v2/actors/{actorId}/runs', { params }));
      const [newest] = items;
      if (newest === undefined) return null;
      return dataOf(apify.GET('/v2/actor-runs/{runId}', { params: { path: { runId: newest.id } } }));
    },
  });

/** A run as Wherry's statistics have it. */
export type RunStatistics = WherryComponents['schemas']['RunFigures'];

/** The last 200 runs, newest first. */
export const statisticsQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['runs', 'list', 'statistics', actorId],
    queryFn: async (): Promise<readonly RunStatistics[]> =>
      (await dataOf(wherry.GET('/wherry/v1/actors/{actorId}/statistics', actorPath(actorId)))).items,
  });

export const updateActor = (actorId: string, body: ActorUpdate): Promise<Actor> =>
  dataOf(apify.PUT('/v2/actors/{actorId}', { ...actorPath(actorId), body }));

export const createActor = (body: NewActor): Promise<Actor> => dataOf(apify.POST('/v2/actors', { body }));

export const deleteActor = (actorId: string) => apify.DELETE('/v2/actors/{actorId}', actorPath(actorId));

export const createVersion = (actorId: string, body: Version): Promise<Version> =>
  dataOf(apify.POST('/v2/actors/{actorId}/versions', { ...actorPath(actorId), body }));

export const updateVersion = (actorId: string, versionNumber: string, body: Partial<Version>): Promise<Version> => {
  const params = { path: { actorId, versionNumber } };
  return dataOf(apify.PUT('/v2/actors/{actorId}/versions/{versionNumber}', { params, body }));
};

export const deleteVersion = (actorId: string, versionNumber: string) =>
  apify.DELETE('/v2/actors/{actorId}/versions/{versionNumber}', { params: { path: { actorId, versionNumber } } });

/** Makes a variable, or changes the one of this name. The value of a secret is written only: no response has it. */
export const putEnvVar = (actorId: string, versionNumber: string, envVar: EnvVar, isNew: boolean) => {
  if (isNew) {
    const params = { path: { actorId, versionNumber } };
    return dataOf(
      apify.POST('/v2/actors/{actorId}/versions/{versionNumber}/env-vars', { params, body: envVar as never }),
    );
  }
  const params = { path: { actorId, versionNumber, envVarName: envVar.name } };
  return bodyOf(
    apify.PUT('/v2/actors/{actorId}/versions/{versionNumber}/env-vars/{envVarName}', { params, body: envVar as never }),
  );
};

export const deleteEnvVar = (actorId: string, versionNumber: string, envVarName: string) =>
  apify.DELETE('/v2/actors/{actorId}/versions/{versionNumber}/env-vars/{envVarName}', {
    params: { path: { actorId, versionNumber, envVarName } },
  });

/** What the platform says is wrong with an input; empty when it fits. */
export const inputErrorsQuery = (actorId: string, build: string, input: JsonObject) =>
  queryOptions({
    queryKey: ['builds', 'list', 'validate-input', actorId, build, input],
    queryFn: async ({ signal }): Promise<InputErrors> => {
      const query = build === '' ? '' : `?build=${encodeURIComponent(build)}`;
      try {
        const path = `/v2/actors/${encodeURIComponent(actorId)}/validate-input${query}`;
        await fetchApi(path, { ...withBody('POST', input), signal });
        return {};
      } catch (error) {
        if (error instanceof ApiError && error.type === 'invalid-input')
          return inputErrors(error.message, error.details);
        throw error;
      }
    },
    gcTime: 60_000,
  });

/** @throws ApiError */
export const startRun = (request: StartRequest): Promise<Run> =>
  fetchData(startPath(request), withBody('POST', request.input));
