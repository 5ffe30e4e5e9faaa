import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import type { Tone } from '../../model/status.ts';
import { type LogLine, scheduleLogQuery } from '../../services/schedules.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './schedules.module.css';

interface NumberedLine extends LogLine {
  readonly number: number;
}

const tones: Readonly<Record<string, Tone>> = { INFO: 'ok', WARNING: 'late', ERROR: 'failed' };

const columns: readonly Column<NumberedLine>[] = [
  { id: 'at', header: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    id: 'level',
    header: 'Level',
    cell: ({ level }) => <Pill tone={tones[level] ?? 'ended'}>{level[0] + level.slice(1).toLowerCase()}</Pill>,
  },
  { id: 'message', header: 'What happened', cell: ({ message }) => <span className={styles.message}>{message}</span> },
];

/** What the invocations of a schedule did, the newest first. */
export function ScheduleLog({ scheduleId }: { readonly scheduleId: string }) {
  const query = useQuery({
    ...scheduleLogQuery(scheduleId),
    // Lines that say when a schedule was invoked are the point of this tab, so it begins with the newest.
    staleTime: 0,
    refetchInterval: useRefetchInterval(),
  });
  return (
    <Card title="Invocations" note="the last 1,000 lines, the newest first">
      <LoadedRows query={query}>
        {(lines) => (
          <DataTable
            rows={lines?.map((line, number) => ({ ...line, number })).reverse()}
            columns={columns}
            rowId={({ number }) => String(number)}
            label="Invocations"
            empty={
              <Empty title="It was not invoked yet">
                <p>When its time comes, this says what it started, and what it could not start and why.</p>
              </Empty>
            }
          />
        )}
      </LoadedRows>
    </Card>
  );
}
