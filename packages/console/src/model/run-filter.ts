import type { components } from '../api/apify-v2.d.ts';

type RunStatus = components['schemas']['ActorJobStatus'];

/** What a list of runs is narrowed to. */
export const runFilters = [
  { id: 'all', title: 'All', statuses: [] },
  { id: 'running', title: 'At work', statuses: ['READY', 'RUNNING', 'TIMING-OUT', 'ABORTING'] },
  { id: 'succeeded', title: 'Succeeded', statuses: ['SUCCEEDED'] },
  { id: 'failed', title: 'Failed', statuses: ['FAILED', 'TIMED-OUT'] },
  { id: 'aborted', title: 'Aborted', statuses: ['ABORTED'] },
] as const satisfies readonly { id: string; title: string; statuses: readonly RunStatus[] }[];

export type RunFilterId = (typeof runFilters)[number]['id'];

/** An address may have anything. */
export const runFilterOf = (id: string): (typeof runFilters)[number] =>
  runFilters.find((filter) => filter.id === id) ?? runFilters[0];

const originNames: Readonly<Record<string, string>> = {
  DEVELOPMENT: 'from the editor',
  WEB: 'in the console',
  API: 'by the API',
  SCHEDULER: 'by a schedule',
  TEST: 'by a test',
  WEBHOOK: 'by a webhook',
  ACTOR: 'by another run',
  CLI: 'on the command line',
  CI: 'by continuous integration',
  STANDBY: 'by a request to Standby',
  MCP: 'by MCP',
};

/** How a run was started, after "started". */
export const originText = (origin: string): string => originNames[origin] ?? `by ${origin}`;

interface HeldRows<Row> {
  /** Those that were held, in their order, as they are by now where that is known. */
  readonly rows: readonly Row[];
  /** The ids of those that are in the list no more: they were deleted, or belong to it no longer. */
  readonly missing: readonly string[];
  /** How many have come in among them. */
  readonly arrived: number;
}

/**
 * Rows of a page of a list that stay where they are while they are read.
 * @param held what the page had when its reader came
 * @param fresh what it has by now
 */
export function heldRows<Row extends { readonly id: string }>(
  held: readonly Row[],
  fresh: readonly Row[],
): HeldRows<Row> {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const ids = new Set(held.map(({ id }) => id));
  // What follows below the last one was there before.
  const last = fresh.findLastIndex(({ id }) => ids.has(id));
  return {
    rows: held.map((row) => byId.get(row.id) ?? row),
    missing: held.flatMap(({ id }) => (byId.has(id) ? [] : [id])),
    arrived: fresh.filter(({ id }, index) => index < last && !ids.has(id)).length,
  };
}

/** The runs that ended last, of some that are over. */
export const endedLast = <Row extends { readonly finishedAt?: string | null | undefined }>(
  rows: readonly Row[],
  count: number,
): readonly Row[] =>
  rows.toSorted((a, b) => Date.parse(b.finishedAt ?? '') - Date.parse(a.finishedAt ?? '')).slice(0, count);
