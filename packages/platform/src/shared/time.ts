/** Times as the API gives them: ISO 8601 in UTC, from milliseconds since 1970. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));
