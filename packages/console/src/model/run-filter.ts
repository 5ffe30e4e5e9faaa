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

/**
 * Rows of a list that do not move while they are read: what is new waits until it is asked for.
 * @param held ids that are shown; undefined when all are
 */
export function heldRows<Row extends { readonly id: string }>(
  rows: readonly Row[],
  held: ReadonlySet<string> | undefined,
): { readonly shown: readonly Row[]; readonly waiting: number } {
  if (held === undefined) return { shown: rows, waiting: 0 };
  // Only what came in on top is new; what follows below was there before.
  const first = rows.findIndex(({ id }) => held.has(id));
  return first <= 0 ? { shown: rows, waiting: 0 } : { shown: rows.slice(first), waiting: first };
}
