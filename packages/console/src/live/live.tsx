import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { type Change, ChangeCollector, isTold } from './live-events.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

const LiveContext = createContext<LiveState>('connecting');

export const useLive = (): LiveState => useContext(LiveContext);

/** How often queries ask again while the stream is down. */
const pollMs = 10_000;

/** For the option `refetchInterval` of queries: the stream tells of changes, and only while it is down they ask. */
export function useRefetchInterval(): number | false {
  return useLive() === 'live' ? false : pollMs;
}

/** Changes in this time are told to the queries together. */
const gatherMs = 400;
/** After the browser itself has given up to connect. */
const retryMs = 3000;

/** Keeps every query as new as the platform says, by one stream for the whole console. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const changes = new ChangeCollector();
    let source: EventSource;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let retrying: ReturnType<typeof setTimeout> | undefined;
    let wasLost = false;
    const flush = () => {
      gathering = undefined;
      for (const queryKey of changes.take()) {
        void queryClient.invalidateQueries({ queryKey, predicate: (query) => isTold(query.queryKey) });
      }
    };
    const refetchAll = () =>
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
    const connect = () => {
      source = new EventSource('/wherry/v1/events');
      source.addEventListener('change', ({ data }) => {
        changes.add(JSON.parse(data as string) as Change);
        gathering ??= setTimeout(flush, gatherMs);
      });
      source.addEventListener('reset', refetchAll);
      source.addEventListener('open', () => {
        setState('live');
        if (wasLost) refetchAll();
        wasLost = false;
      });
      source.addEventListener('error', () => {
        setState('lost');
        wasLost = true;
        if (source.readyState === EventSource.CLOSED) retrying = setTimeout(connect, retryMs);
      });
    };
    connect();
    return () => {
      source.close();
      clearTimeout(gathering);
      clearTimeout(retrying);
    };
  }, [queryClient]);
  return <LiveContext value={state}>{children}</LiveContext>;
}
