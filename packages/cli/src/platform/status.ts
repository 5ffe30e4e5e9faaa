const terminal = new Set(['SUCCEEDED', 'FAILED', 'TIMED-OUT', 'ABORTED']);

/** Whether a run or a build with this status never changes again, except by resurrect. */
export const isTerminal = (status: string | undefined): boolean => status !== undefined && terminal.has(status);
