import { useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { useRefetchInterval } from '../live/live.tsx';
import { heldRows } from '../model/run-filter.ts';
import { type RunShort, type RunsFilter, runQuery, runsQuery } from '../services/runs.ts';
import { useIsScrolled } from '../ui/use-is-scrolled.ts';

/**
 * The runs of a page of a list. At the top of the first page it is live. Once one has scrolled, and on other pages, the rows
 * stay the ones that they are: each shows the state that its run has by now, and what is new waits until it is asked for.
 */
export function useRunRows({ offset, limit, ...which }: RunsFilter) {
  const refetchInterval = useRefetchInterval();
  const isRead = useIsScrolled() || offset > 0;
  const list = JSON.stringify(which);
  /** The start of the newest run of the list when the reader came. The pages after it begin there too, so that none repeats a row. */
  const [anchor, setAnchor] = useState<{ readonly list: string; readonly startedAt: string }>();
  const startedBefore = isRead && anchor?.list === list ? anchor.startedAt : undefined;
  const page = useQuery({ ...runsQuery({ ...which, startedBefore, offset, limit }), refetchInterval });
  const isAnchored = startedBefore !== undefined;
  const top = useQuery({ ...runsQuery({ ...which, offset: 0, limit: 1 }), enabled: offset > 0 && !isAnchored });
  const newer = useQuery({
    ...runsQuery({ ...which, startedAfter: startedBefore && justAfter(startedBefore), offset: 0, limit: 1 }),
    enabled: isAnchored,
    refetchInterval,
  });
  const first = offset > 0 ? top : page;
  const newest = first.isPlaceholderData ? undefined : first.data?.items[0]?.startedAt;
  useEffect(() => {
    if (!isRead) setAnchor(undefined);
    else if (!isAnchored && newest !== undefined) setAnchor({ list, startedAt: newest });
  }, [isRead, isAnchored, newest, list]);
  const fresh = page.isPlaceholderData ? undefined : page.data?.items;
  const { rows, arrived } = useHeldRows(isAnchored ? `${list} ${startedBefore} ${offset}` : undefined, fresh);
  const waiting = isAnchored && !newer.isPlaceholderData ? (newer.data?.total ?? 0) + arrived : 0;
  return { rows: rows ?? page.data?.items, total: page.data?.total, waiting, error: page.error, refetch: page.refetch };
}

const justAfter = (iso: string): string => new Date(Date.parse(iso) + 1).toISOString();

/** @param key of what is held; undefined for a list that is live */
function useHeldRows(key: string | undefined, fresh: readonly RunShort[] | undefined) {
  const kept = useRef<{ readonly key: string; readonly rows: readonly RunShort[] }>(undefined);
  if (key !== undefined && fresh !== undefined && kept.current?.key !== key) kept.current = { key, rows: fresh };
  const held = key !== undefined && kept.current?.key === key ? kept.current.rows : undefined;
  const { rows, missing, arrived } = heldRows(held ?? [], fresh ?? held ?? []);
  const others = useQueries({ queries: missing.map((id) => runQuery(id)) });
  if (held === undefined) return { rows: undefined, arrived: 0 };
  const found = new Map(missing.map((id, index) => [id, others[index]!]));
  const shown = rows.flatMap((row) => {
    const other = found.get(row.id);
    if (other?.error instanceof ApiError && other.error.status === 404) return [];
    return (other?.data as RunShort | undefined) ?? row;
  });
  // A row whose run is being read again stays as it was.
  kept.current = { key: key!, rows: shown };
  return { rows: shown, arrived };
}
