import { Link } from '@tanstack/react-router';
import { formatDuration, formatNumber } from '../../model/format.ts';
import type { Overview } from '../../model/overview.ts';
import { classes } from '../../ui/classes.ts';
import styles from './overview-page.module.css';

interface FigureProps {
  readonly name: string;
  /** Undefined while it is loaded. */
  readonly value: number | undefined;
  readonly note?: string | undefined;
  readonly tone?: 'failed' | 'late' | 'move' | undefined;
  /** Where the figure comes from. */
  readonly path?: string;
  readonly search?: Readonly<Record<string, string>>;
}

export function Figures({
  overview,
  isAdministrator,
}: {
  readonly overview: Overview | undefined;
  readonly isAdministrator: boolean;
}) {
  const waiting = overview?.waitingForRoom;
  const failed = overview?.failed24h;
  const handoffs = overview?.handoffs24h;
  return (
    <dl className={styles.figures} aria-busy={overview === undefined || undefined}>
      <Figure name="Running" value={overview?.running} path="/runs" search={{ status: 'running' }} />
      <Figure
        name="Waiting for room"
        value={waiting}
        tone={waiting ? 'late' : undefined}
        path="/runs"
        search={{ status: 'running' }}
      />
      <Figure
        name="Failed in 24 h"
        value={failed}
        tone={failed ? 'failed' : undefined}
        path="/runs"
        search={{ status: 'failed' }}
      />
      <Figure
        name="Handoffs in 24 h"
        value={handoffs?.count}
        note={handoffs && downtimeOf(handoffs)}
        tone={handoffs?.count ? 'move' : undefined}
        path="/servers"
        search={{ tab: 'handoffs', outcome: 'done', ...(isAdministrator && { whose: 'mine' }) }}
      />
    </dl>
  );
}

function downtimeOf({ medianDowntimeMs, worstDowntimeMs }: Overview['handoffs24h']): string | undefined {
  if (medianDowntimeMs === null || worstDowntimeMs === null) return undefined;
  return `${formatDuration(medianDowntimeMs)} down in the median, ${formatDuration(worstDowntimeMs)} at worst`;
}

function Figure({ name, value, note, tone, path, search = {} }: FigureProps) {
  const text = value === undefined ? '–' : formatNumber(value);
  return (
    <div>
      <dt>{name}</dt>
      <dd className={classes(tone && styles[tone])}>
        {path === undefined ? (
          text
        ) : (
          <Link to={path} search={search as never}>
            {text}
          </Link>
        )}
        {note !== undefined && <small>{note}</small>}
      </dd>
    </div>
  );
}
