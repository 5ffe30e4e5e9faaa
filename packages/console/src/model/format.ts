/** How the console writes quantities. Pure; all take the units that their names end with. */

const number = new Intl.NumberFormat('en-US');
const precise = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export const formatNumber = (value: number): string => number.format(value);

/** `1 run`, `2 runs`. */
export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** `8.1 ms`, `27 s`, `6 min 12 s`, `3 h 4 min`, `2 d 5 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return '0 ms';
  if (ms < 1000) return `${precise.format(ms < 10 ? ms : Math.round(ms))} ms`;
  const secs = ms / 1000;
  if (secs < 10) return `${precise.format(secs)} s`;
  if (Math.round(secs) < 60) return `${Math.round(secs)} s`;
  const whole = Math.round(secs);
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** In units of 1024, as Apify counts memory. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? precise.format(value) : number.format(Math.round(value))} ${units[unit]}`;
}

export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  return usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** `4 s ago`, `in 3 h`, `just now`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - atMs);
  if (distance < 1000) return 'just now';
  const text = roughly(distance);
  return atMs <= nowMs ? `${text} ago` : `in ${text}`;
}

function roughly(ms: number): string {
  const secs = Math.floor(ms / 1000);
  if (secs < 60) return `${secs} s`;
  if (secs < 3600) return `${Math.floor(secs / 60)} min`;
  if (secs < 86_400) return `${Math.floor(secs / 3600)} h`;
  return `${Math.floor(secs / 86_400)} d`;
}

/** Date and time to the second with the zone, for the reader's locale. */
export const formatExact = (at: Date): string =>
  at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** Median of values in any order; undefined for none. */
export function medianOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
