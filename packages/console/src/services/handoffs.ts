import { queryOptions } from '@tanstack/react-query';
import { dataOf, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';
import type { TimelineAttempt, TimelineHandoff, TimelineSample } from '../model/timeline-phases.ts';
import { type Paging, pagedList } from './paging.ts';

type Schemas = components['schemas'];

export type Attempt = Schemas['Attempt'];
export type Handoff = Schemas['Handoff'];
export type HandoffMode = Handoff['mode'];

export type ListedHandoff = Schemas['ListedHandoff'];

interface HandoffFilter {
  /** Each empty for all. */
  readonly mode: string;
  readonly outcome: string;
  readonly server: string;
  /** Only of one's own runs, also for an administrator. */
  readonly isMine: boolean;
}

interface HandoffPage {
  readonly total: number;
  readonly items: readonly ListedHandoff[];
}

/** Those under way, then those of the last 24 hours, the newest first. */
export const recentHandoffsQuery = ({ mode, outcome, server, isMine }: HandoffFilter, { offset, limit }: Paging) =>
  queryOptions({
    // What makes the servers old is what makes it old.
    ...pagedList(['servers', 'handoffs', mode, outcome, server, `${isMine}`], { offset, limit }),
    queryFn: ({ signal }): Promise<HandoffPage> => {
      const query = {
        offset,
        limit,
        ...(mode !== '' && { mode: mode as HandoffMode }),
        ...(outcome !== '' && { outcome: outcome as 'done' }),
        ...(server !== '' && { server }),
        ...(isMine && { mine: true }),
      };
      return dataOf(wherry.GET('/wherry/v1/handoffs', { params: { query }, signal }));
    },
  });

/** The first one first. */
export const attemptsQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'attempts'],
    queryFn: async ({ signal }): Promise<readonly Attempt[]> =>
      (await dataOf(wherry.GET('/wherry/v1/runs/{runId}/attempts', { params: { path: { runId } }, signal }))).items,
  });

/** The first one first, with the one under way. */
export const handoffsQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'handoffs'],
    queryFn: async ({ signal }): Promise<readonly Handoff[]> =>
      (await dataOf(wherry.GET('/wherry/v1/runs/{runId}/handoffs', { params: { path: { runId } }, signal }))).items,
  });

/** What was measured of the attempts of a run, thinned by the platform. */
export const samplesQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'samples'],
    queryFn: ({ signal }): Promise<Schemas['Samples']> =>
      dataOf(wherry.GET('/wherry/v1/runs/{runId}/samples', { params: { path: { runId } }, signal })),
  });

/** Moves a run. Resolves once the handoff is over. @param server where to; the platform chooses without @throws ApiError */
export async function moveRun(
  runId: string,
  { mode, server }: { readonly mode: HandoffMode; readonly server?: string | undefined },
): Promise<Handoff> {
  const body = { mode, ...(server !== undefined && { server }) };
  return dataOf(wherry.POST('/wherry/v1/runs/{runId}/migrate', { params: { path: { runId } }, body }));
}

/** The number of a run's last commit; 0 for an Actor that does not use `@wherry/durable`. */
export const lastCommitQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'last-commit'],
    queryFn: async ({ signal }): Promise<number> => {
      const params = { path: { runId } };
      return (await dataOf(wherry.GET('/wherry/v1/runs/{runId}/commits/last', { params, signal }))).sequence;
    },
  });

/** Ms since 1970. */
const msOf = (iso: string | null | undefined): number | null => (iso ? Date.parse(iso) : null);

export const timelineAttemptOf = ({
  createdAt,
  arrivedAt,
  activatedAt,
  fencedAt,
  endedAt,
  ...attempt
}: Attempt): TimelineAttempt => ({
  ...attempt,
  createdAtMs: msOf(createdAt),
  arrivedAtMs: msOf(arrivedAt),
  activatedAtMs: msOf(activatedAt),
  fencedAtMs: msOf(fencedAt),
  endedAtMs: msOf(endedAt),
});

export const timelineHandoffOf = (handoff: Handoff): TimelineHandoff => ({
  ...handoff,
  requestedAtMs: msOf(handoff.requestedAt),
  drainStartedAtMs: msOf(handoff.drainStartedAt),
  fencedAtMs: msOf(handoff.fencedAt),
  firstCallAtMs: msOf(handoff.firstCallAt),
});

export const timelineSampleOf = ({ at, ...sample }: Schemas['Samples']['items'][number]): TimelineSample => ({
  ...sample,
  atMs: Date.parse(at),
});
