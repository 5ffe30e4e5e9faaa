/** Names an attempt in the maps that are kept in memory. */
export const attemptKey = (runId: string, attempt: number): string => `${runId}/${attempt}`;
