import { queryOptions } from '@tanstack/react-query';
import { apify, dataOf, fetchData, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';
import { type Report, readReport } from '../model/proof.ts';

/** A published report without its content. */
export type Proof = components['schemas']['Proof'];

export interface OpenedProof extends Proof {
  readonly report: Report;
}

/** The published reports of an Actor, the newest first. */
export const proofsQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['proofs', 'list', actorId],
    queryFn: async ({ signal }): Promise<readonly Proof[]> => {
      const params = { path: { actorId } };
      return (await dataOf(wherry.GET('/wherry/v1/actors/{actorId}/proofs', { params, signal }))).items;
    },
  });

export const proofQuery = (proofId: string) =>
  queryOptions({
    queryKey: ['proofs', 'one', proofId],
    queryFn: async ({ signal }): Promise<OpenedProof> => {
      const proof = await dataOf(wherry.GET('/wherry/v1/proofs/{proofId}', { params: { path: { proofId } }, signal }));
      return { ...proof, report: readReport(proof.report) };
    },
    // It never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** @param report the text of the file, so that the platform has all of it */
export const publishProof = (actorId: string, report: string): Promise<Proof> =>
  fetchData(`/wherry/v1/actors/${encodeURIComponent(actorId)}/proofs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"report":${report}}`,
  });

export const deleteProof = (proofId: string) =>
  wherry.DELETE('/wherry/v1/proofs/{proofId}', { params: { path: { proofId } } });

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
    const { items } = await dataOf(apify.GET('/v2/actors', { params: { query }, signal }));
    return items.map(({ id, name, title }) => ({ id, name: (title as string | undefined) || name }));
  },
});
