import { queryOptions } from '@tanstack/react-query';
import { fetchData } from '../api/client.ts';
import type { Entry, EntryKind } from '../model/palette.ts';

/** What is read of an item of any list. */
interface Named {
  readonly id: string;
  readonly name?: string | null;
  readonly title?: string | null;
  readonly username?: string;
  readonly status?: string;
  /** Of a run: its Actor. */
  readonly actId?: string;
}

/** How many of each kind are searched: a longer list has a page of its own. */
const mostOfKind = 200;

interface Source {
  readonly kind: EntryKind;
  readonly list: string;
  readonly page: string;
}

const sources: readonly Source[] = [
  { kind: 'Actor', list: '/v2/actors?my=1&desc=1', page: '/actors' },
  { kind: 'Task', list: '/v2/actor-tasks?desc=1', page: '/tasks' },
  { kind: 'Schedule', list: '/v2/schedules?desc=1', page: '/schedules' },
  { kind: 'Dataset', list: '/v2/datasets?desc=1', page: '/datasets' },
  { kind: 'Key-value store', list: '/v2/key-value-stores?desc=1', page: '/key-value-stores' },
  { kind: 'Request queue', list: '/v2/request-queues?desc=1', page: '/request-queues' },
];

const newestRuns = 30;

/** What the palette finds besides pages and actions. A kind that the token may not list is left out. */
export const paletteQuery = queryOptions({
  queryKey: ['palette'],
  queryFn: async ({ signal }): Promise<readonly Entry[]> => {
    const [runs, ...lists] = await Promise.all([
      listOf(`/v2/actor-runs?desc=1&limit=${newestRuns}`, signal),
      ...sources.map(({ list }) => listOf(`${list}&limit=${mostOfKind}`, signal)),
    ]);
    const entries = sources.flatMap((source, index) => lists[index]!.map((item) => entryOf(source, item)));
    const actors = new Map(lists[0]!.map((actor) => [actor.id, nameOf(actor)]));
    return [...entries, ...lists[0]!.map(startOf), ...runs!.map((run) => runEntry(run, actors))];
  },
  // It is opened now and then: what is new is there each time.
  staleTime: 5000,
});

async function listOf(path: string, signal: AbortSignal): Promise<readonly Named[]> {
  try {
    return (await fetchData<{ readonly items: readonly Named[] }>(path, { signal })).items;
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}

const nameOf = ({ id, name, title }: Named): string => title || name || id;

function entryOf({ kind, page }: Source, item: Named): Entry {
  const note = item.title && item.name ? item.name : undefined;
  return {
    id: `${kind}-${item.id}`,
    kind,
    title: nameOf(item),
    ...(note !== undefined && { note }),
    words: [item.id, ...(item.name ? [item.name] : [])],
    path: `${page}/${item.id}`,
  };
}

/** The page of an Actor opens on the form that starts it. */
const startOf = (actor: Named): Entry => ({
  id: `start-${actor.id}`,
  kind: 'Action',
  title: `Start ${nameOf(actor)}`,
  isHidden: true,
  path: `/actors/${actor.id}`,
});

const runEntry = (run: Named, actors: ReadonlyMap<string, string>): Entry => ({
  id: `Run-${run.id}`,
  kind: 'Run',
  title: `${actors.get(run.actId!) ?? 'Run'} ${run.id}`,
  note: run.status!.toLowerCase(),
  words: [run.id],
  path: `/runs/${run.id}`,
});
