import { useEffect, useState } from 'react';
import { formatDuration, formatExact, formatRelative } from '../model/format.ts';
import { WithTooltip } from './button.tsx';
import styles from './time.module.css';

/** By one timer, so that all times on a page change together. */
const listeners = new Set<(nowMs: number) => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

/** The time of this browser in ms, anew each second. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    listeners.add(setNowMs);
    ticking ??= setInterval(() => {
      const now = Date.now();
      for (const listener of listeners) listener(now);
    }, 1000);
    return () => {
      listeners.delete(setNowMs);
      if (listeners.size > 0) return;
      clearInterval(ticking);
      ticking = undefined;
    };
  }, []);
  return nowMs;
}

type Instant = string | number | Date;

/** How long ago it was, or in how long it will be; the exact time in the reader's zone on hover and focus. */
export function Time({ at }: { readonly at: Instant | null | undefined }) {
  const nowMs = useNow();
  if (at === null || at === undefined) return <span className={styles.none}>–</span>;
  const date = new Date(at);
  return (
    <WithTooltip text={formatExact(date)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time is reached by the keyboard too */}
      <time dateTime={date.toISOString()} className={styles.time} tabIndex={0}>
        {formatRelative(date.getTime(), nowMs)}
      </time>
    </WithTooltip>
  );
}

/** From `from` to `to`, or to now while there is no `to`. */
export function Elapsed({ from, to }: { readonly from: Instant; readonly to: Instant | null | undefined }) {
  const nowMs = useNow();
  const end = to === null || to === undefined ? nowMs : new Date(to).getTime();
  return <>{formatDuration(end - new Date(from).getTime())}</>;
}
