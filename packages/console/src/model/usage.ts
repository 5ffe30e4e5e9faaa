/** How used and allowed amounts of an account are written. Pure. */
import { formatNumber } from './format.ts';

/** What the platform says where it has no limit: Apify's clients want a number. */
const unlimited = 1_000_000_000;

export const isUnlimited = (limit: number): boolean => limit >= unlimited;

const titles: Readonly<Record<string, string>> = {
  ACTOR_COMPUTE_UNITS: 'Compute units (GB of memory for an hour)',
  DATASET_READS: 'Dataset reads',
  DATASET_WRITES: 'Dataset writes',
  KEY_VALUE_STORE_READS: 'Key-value store reads',
  KEY_VALUE_STORE_WRITES: 'Key-value store writes',
  KEY_VALUE_STORE_LISTS: 'Key-value store lists',
  REQUEST_QUEUE_READS: 'Request queue reads',
  REQUEST_QUEUE_WRITES: 'Request queue writes',
  DATA_TRANSFER_EXTERNAL_GBYTES: 'Data transfer, external (GB)',
  DATA_TRANSFER_INTERNAL_GBYTES: 'Data transfer, internal (GB)',
  PROXY_SERPS: 'Search pages by proxy',
  PROXY_RESIDENTIAL_TRANSFER_GBYTES: 'Residential proxy (GB)',
};

/** `Dataset reads`; what has no words is written as words of its name. */
export function usageTitle(unit: string): string {
  const words = unit.toLowerCase().replaceAll('_', ' ');
  return titles[unit] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** `1,234`, `0.021`, `<0.001`. */
export function formatQuantity(quantity: number): string {
  if (quantity === 0 || quantity >= 100) return formatNumber(Math.round(quantity));
  if (quantity < 0.001) return '<0.001';
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 }).format(quantity);
}

/** The months up to `nowMs`, the newest first: `2026-11`. UTC, as the platform counts. */
export function lastMonths(nowMs: number, count: number): string[] {
  const now = new Date(nowMs);
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - index, 1)).toISOString().slice(0, 7),
  );
}
