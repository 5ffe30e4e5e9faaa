/** What colour a state has. Colour says state and nothing else. */
export type Tone = 'running' | 'ok' | 'failed' | 'late' | 'ended' | 'move';

interface StatusText {
  readonly tone: Tone;
  readonly text: string;
}

/** Of runs and builds. */
const statuses: Readonly<Record<string, StatusText>> = {
  READY: { tone: 'late', text: 'Waiting' },
  RUNNING: { tone: 'running', text: 'Running' },
  SUCCEEDED: { tone: 'ok', text: 'Succeeded' },
  FAILED: { tone: 'failed', text: 'Failed' },
  'TIMING-OUT': { tone: 'late', text: 'Timing out' },
  'TIMED-OUT': { tone: 'failed', text: 'Timed out' },
  ABORTING: { tone: 'late', text: 'Aborting' },
  ABORTED: { tone: 'ended', text: 'Aborted' },
};

export const statusText = (status: string): StatusText => statuses[status] ?? { tone: 'ended', text: status };

const overStatuses = new Set(['SUCCEEDED', 'FAILED', 'TIMED-OUT', 'ABORTED']);

/** Whether a run or a build is over. */
export const isOver = (status: string): boolean => overStatuses.has(status);

/** Whether it ended by itself without success. One that was aborted did what somebody wanted. */
export const hasFailed = (status: string): boolean => statuses[status]?.tone === 'failed';
