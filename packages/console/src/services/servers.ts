import { queryOptions } from '@tanstack/react-query';
import { bodyOf, fetchApi, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';
import type { DrainResult, Server, ServerRun } from '../model/servers.ts';

/** For administrators alone. */
export const serversQuery = queryOptions({
  queryKey: ['servers', 'list'],
  queryFn: async ({ signal }): Promise<readonly Server[]> => {
    const body = await bodyOf(wherry.GET('/wherry/v1/servers', { signal }));
    return body.data.items;
  },
});

/** The attempts on a server, of all users. */
export const serverRunsQuery = (serverId: string) =>
  queryOptions({
    queryKey: ['servers', 'one', serverId, 'runs'],
    queryFn: async ({ signal }): Promise<readonly ServerRun[]> => {
      const response = await fetchApi(`/wherry/v1/servers/${encodeURIComponent(serverId)}/runs`, { signal });
      return ((await response.json()) as { data: { items: ServerRun[] } }).data.items;
    },
  });

/** The newest handoff of a run; null for a run that was never moved. */
export const lastHandoffQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId, 'last-handoff'],
    queryFn: async ({ signal }): Promise<components['schemas']['Handoff'] | null> => {
      const path = '/wherry/v1/runs/{runId}/handoffs';
      const body = await bodyOf(wherry.GET(path, { params: { path: { runId } }, signal }));
      return body.data.items.at(-1) ?? null;
    },
  });

/** Resolves when every run has left the server or could not. */
export async function drainServer(serverId: string): Promise<DrainResult> {
  const path = '/wherry/v1/servers/{serverId}/drain';
  return (await bodyOf(wherry.POST(path, { params: { path: { serverId } } }))).data;
}

export async function undrainServer(serverId: string): Promise<void> {
  await wherry.POST('/wherry/v1/servers/{serverId}/undrain', { params: { path: { serverId } } });
}
