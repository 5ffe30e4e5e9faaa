import { pauseMs } from '../../settings.ts';

/** How fast a browser reads, in milliseconds. */
export interface Pace {
  /** The pause between two pages of a list. */
  readonly pauseMs: number;
  /** How long a page may take to send a request after a gesture. */
  readonly idleMs: number;
  /** How long a response may take. */
  readonly responseMs: number;
  /** How long one visit may take. */
  readonly visitMs: number;
}

export function pace(): Pace {
  return { pauseMs, idleMs: Math.max(500, pauseMs), responseMs: 30_000, visitMs: 20 * 60_000 };
}
