import { pauseMs } from '../settings.ts';

/** How fast a browser reads, in milliseconds. */
export interface Pace {
  /** Between two pages of a list. */
  readonly pauseMs: number;
  /** How long a page may take to ask for something after a gesture. */
  readonly idleMs: number;
  /** How long an answer may take. */
  readonly answerMs: number;
  /** How long one opening of a page is read from. */
  readonly visitMs: number;
}

export function pace(): Pace {
  return { pauseMs, idleMs: Math.max(500, pauseMs), answerMs: 30_000, visitMs: 20 * 60_000 };
}
