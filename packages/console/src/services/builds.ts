import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, dataOf } from '../api/client.ts';
import { pagedList } from './paging.ts';

export type BuildShort = components['schemas']['BuildShort'];
export type Build = components['schemas']['Build'] & {
  /** What a build that failed ended with; not in Apify's description. */
  readonly statusMessage?: string | null;
};

export const buildQuery = (buildId: string) =>
  queryOptions({
    queryKey: ['builds', 'one', buildId],
    queryFn: (): Promise<Build> => dataOf(apify.GET('/v2/actor-builds/{buildId}', { params: { path: { buildId } } })),
  });

export const buildsQuery = (actorId: string, offset: number, limit: number) =>
  queryOptions({
    ...pagedList(['builds', 'list', actorId], { offset, limit }),
    queryFn: () => {
      const params = { path: { actorId }, query: { offset, limit, desc: true } };
      return dataOf(apify.GET('/v2/actors/{actorId}/builds', { params }));
    },
  });

/**
 * The build that a run gets.
 * @param taggedIds the ids of the Actor's builds by their tags
 * @param build a tag or a number; nothing is asked for while it is empty
 * @throws Error when there is none
 */
export const buildForRunQuery = (actorId: string, taggedIds: Readonly<Record<string, string>>, build: string) =>
  queryOptions({
    queryKey: ['builds', 'list', 'forRun', actorId, build, taggedIds[build] ?? ''],
    queryFn: async (): Promise<Build> => {
      const taggedId = taggedIds[build];
      if (taggedId !== undefined) {
        return dataOf(apify.GET('/v2/actor-builds/{buildId}', { params: { path: { buildId: taggedId } } }));
      }
      const params = { path: { actorId }, query: { desc: true, limit: 1000 } };
      const { items } = await dataOf(apify.GET('/v2/actors/{actorId}/builds', { params }));
      const found = items.find(({ buildNumber }) => buildNumber === build);
      if (found === undefined) throw new Error(`The Actor has no build with the tag or number "${build}".`);
      return dataOf(apify.GET('/v2/actor-builds/{buildId}', { params: { path: { buildId: found.id } } }));
    },
    enabled: build !== '',
  });

interface BuildStart {
  /** A version of the Actor, e.g. `0.1`. */
  readonly version: string;
  /** That the build gets; the version's own without. */
  readonly tag?: string | undefined;
  readonly useCache: boolean;
}

export const startBuild = (actorId: string, { version, tag, useCache }: BuildStart) => {
  const query = { version, useCache, ...(tag !== undefined && { tag }) };
  return dataOf(apify.POST('/v2/actors/{actorId}/builds', { params: { path: { actorId }, query } }));
};

export const abortBuild = (buildId: string) =>
  dataOf(apify.POST('/v2/actor-builds/{buildId}/abort', { params: { path: { buildId } } }));

export const deleteBuild = (buildId: string) =>
  apify.DELETE('/v2/actor-builds/{buildId}', { params: { path: { buildId } } });
