import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import type { Server } from '../../model/servers.ts';
import { serversQuery } from '../../services/servers.ts';
import { sessionQuery } from '../../services/session.ts';

/** The servers; null for those who may not see them, and undefined while they are loaded. */
export function useServers(): readonly Server[] | null | undefined {
  const { data: session } = useQuery(sessionQuery);
  const isAdministrator = session?.role === 'administrator';
  const refetchInterval = useRefetchInterval();
  const { data } = useQuery({ ...serversQuery, enabled: isAdministrator, refetchInterval });
  return isAdministrator ? data : null;
}
