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

/** About as a person scrolls. `TIKTOK_PAUSE_MS` is for sites that need no care, such as a stand-in. */
export function pace(environment: Readonly<Record<string, string | undefined>> = process.env): Pace {
  const wished = environment.TIKTOK_PAUSE_MS;
  const pauseMs = /^\d{1,6}$/.test(wished ?? '') ? Number(wished) : 1_000;
  return { pauseMs, idleMs: Math.max(500, pauseMs), answerMs: 30_000, visitMs: 20 * 60_000 };
}
