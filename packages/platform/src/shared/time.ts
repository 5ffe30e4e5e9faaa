import type { Moment } from './clock.ts';

/** Formats milliseconds since 1970 as the API does: ISO 8601 in UTC. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

const dayMs = 86_400_000;

/** What was over by then has been so for the days, as both clocks say [retention-4]. In ms since 1970. */
export const daysBefore = ({ now, steadyNow }: Moment, days: number): number => Math.min(now, steadyNow) - days * dayMs;
