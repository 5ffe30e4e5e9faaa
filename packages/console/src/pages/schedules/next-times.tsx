import { useMemo } from 'react';
import { formatRelative } from '../../model/format.ts';
import { clockWarnings, nextTimes, type Timing } from '../../model/schedule-times.ts';
import { browserZone, formatInZone, offsetText } from '../../model/time-zones.ts';
import { Note } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { useNow } from '../../ui/time.tsx';
import styles from './schedules.module.css';

const yearMs = 366 * 86_400_000;
const minuteMs = 60_000;

/** When it starts next, on the clocks of its zone, and what happens when these are changed. */
export function NextTimes({
  timing: { cronExpression, timezone },
  isValid,
  isEnabled,
}: {
  readonly timing: Timing;
  readonly isValid: boolean;
  readonly isEnabled: boolean;
}) {
  const nowMs = useNow();
  const minute = Math.floor(nowMs / minuteMs) * minuteMs;
  const { times, warnings } = useMemo(() => {
    const timing = { cronExpression, timezone };
    if (!isValid) return { times: [], warnings: [] };
    return { times: nextTimes(timing, Date.now(), 5), warnings: clockWarnings(timing, minute, minute + yearMs) };
  }, [cronExpression, timezone, isValid, minute]);
  const own = browserZone();
  return (
    <Card title="Next times" note={timezone.replaceAll('_', ' ')} isPadded>
      {!isValid && <p className={styles.faint}>They are shown once the expression is right.</p>}
      {isValid && !isEnabled && <Note>It is disabled. These would be its times.</Note>}
      <ol className={styles.times}>
        {times.map((atMs) => (
          <li key={atMs}>
            <time dateTime={new Date(atMs).toISOString()}>{formatInZone(atMs, timezone)}</time>
            <span className={styles.faint}>
              {offsetText(timezone, atMs)} · {formatRelative(atMs, nowMs)}
              {timezone !== own && <> · {formatInZone(atMs, own)} for you</>}
            </span>
          </li>
        ))}
      </ol>
      {warnings.map(({ atMs, text }) => (
        <Note key={atMs}>
          <b>{new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: timezone }).format(atMs)}.</b> {text}
        </Note>
      ))}
    </Card>
  );
}
