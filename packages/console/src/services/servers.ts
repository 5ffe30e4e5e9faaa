import { queryOptions } from '@tanstack/react-query';
import { dataOf, wherry } from '../api/client.ts';
import type { DrainResult, Handoff, Server, ServerRun } from '../model/servers.ts';

/** All servers. For administrators alone, as are their runs. */
export const serversQuery = queryOptions({
  queryKey: ['servers', 'list'],
  queryFn: async ({ signal }): Promise<readonly Server[]> =>
    (await dataOf(wherry.GET('/wherry/v1/servers', { signal }))).items,
});

/** The attempts on a server, of all users. */
export const serverRunsQuery = (serverId: string) =>
  queryOptions({
    queryKey: ['servers', 'one', serverId, 'runs'],
    queryFn: async ({ signal }): Promise<readonly ServerRun[]> => {
      const params = { path: { serverId } };
      return (await dataOf(wherry.GET('/wherry/v1/servers/{serverId}/runs', { params, signal }))).items;
    },
  });

/** The newest handoff of a run; null for a run that was never moved. */
export const lastHandoffQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'last-handoff'],
    queryFn: async ({ signal }): Promise<Handoff | null> => {
      const params = { path: { runId } };
      const { items } = await dataOf(wherry.GET('/wherry/v1/runs/{runId}/handoffs', { params, signal }));
      return items.at(-1) ?? null;
    },
  });

/** Resolves when every run has left the server or could not. */
export const drainServer = (serverId: string): Promise<DrainResult> =>
  dataOf(wherry.POST('/wherry/v1/servers/{serverId}/drain', { params: { path: { serverId } } }));

export async function undrainServer(serverId: string): Promise<void> {
  await wherry.POST('/wherry/v1/servers/{serverId}/undrain', { params: { path: { serverId } } });
}
