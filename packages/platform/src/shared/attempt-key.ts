/** The key of an attempt in maps in memory. */
export const attemptKey = (runId: string, attempt: number): string => `${runId}/${attempt}`;
