import { queryOptions } from '@tanstack/react-query';
import { apify, bodyOf, fetchApi } from '../api/client.ts';
import { type Report, readReport, type Verdict } from '../model/proof.ts';

/** A published report without its content. */
export interface Proof {
  readonly id: string;
  readonly actorId: string;
  readonly publishedAt: string;
  readonly verdict: Verdict;
  readonly faults: number;
  readonly failures: number;
  readonly buildNumber: string | null;
}

export interface OpenedProof extends Proof {
  readonly report: Report;
}

const dataOf = async <Data>(response: Response): Promise<Data> => ((await response.json()) as { data: Data }).data;

const proofsPath = (actorId: string): string => `/wherry/v1/actors/${encodeURIComponent(actorId)}/proofs`;
const proofPath = (proofId: string): string => `/wherry/v1/proofs/${encodeURIComponent(proofId)}`;

/** The published reports of an Actor, the newest first. */
export const proofsQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['proofs', 'list', actorId],
    queryFn: async ({ signal }): Promise<readonly Proof[]> =>
      (await dataOf<{ items: Proof[] }>(await fetchApi(proofsPath(actorId), { signal }))).items,
  });

export const proofQuery = (proofId: string) =>
  queryOptions({
    queryKey: ['proofs', 'one', proofId],
    queryFn: async ({ signal }): Promise<OpenedProof> => {
      const data = await dataOf<Proof & { report: unknown }>(await fetchApi(proofPath(proofId), { signal }));
      return { ...data, report: readReport(data.report) };
    },
    // It never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** @param report the text of the file, so that the platform has all of it */
export async function publishProof(actorId: string, report: string): Promise<Proof> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"report":${report}}` };
  return dataOf(await fetchApi(proofsPath(actorId), init));
}

export async function deleteProof(proofId: string): Promise<void> {
  await fetchApi(proofPath(proofId), { method: 'DELETE' });
}

export interface ProvableActor {
  readonly id: string;
  readonly name: string;
}

/** How many Actors the page shows the last verdict of: each takes a call. */
const mostActors = 30;

/** The Actors of the user that were changed last. */
export const provableActorsQuery = queryOptions({
  queryKey: ['actors', 'list', 'provable'],
  queryFn: async ({ signal }): Promise<readonly ProvableActor[]> => {
    const query = { my: true, desc: true, limit: mostActors } as never;
    const { data } = await bodyOf(apify.GET('/v2/actors', { params: { query }, signal }));
    return data.items.map(({ id, name, title }) => ({ id, name: (title as string | undefined) || name }));
  },
});

/** The name of an Actor; its id when it cannot be read. */
export const actorNameQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['actors', 'one', actorId, 'name'],
    queryFn: async ({ signal }): Promise<string> => {
      const { data } = await bodyOf(apify.GET('/v2/actors/{actorId}', { params: { path: { actorId } }, signal }));
      return data.title || data.name;
    },
  });
