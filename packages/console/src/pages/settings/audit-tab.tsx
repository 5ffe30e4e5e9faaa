import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { type AuditEntry, type AuditFilter, auditLogQuery } from '../../services/users.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Field } from '../../ui/fields.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { PagerBar } from '../../ui/pager.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import { useIsScrolled } from '../../ui/use-is-scrolled.ts';
import { WaitingRows } from '../../ui/waiting-rows.tsx';
import { AdministratorsOnly } from './administrators-only.tsx';
import styles from './settings.module.css';

export function AuditTab({ isAdministrator }: { readonly isAdministrator: boolean }) {
  if (!isAdministrator) return <AdministratorsOnly what="Who changed what, from where, and what came of it." />;
  return <AuditLog />;
}

/** Signing in and out in words; undefined for other calls. */
function sessionWords({ operation, subject: { by, failures } }: AuditEntry): string | undefined {
  if (operation === 'DELETE /wherry/v1/session') return 'Signed out';
  if (operation !== 'POST /wherry/v1/session' || by === undefined) return undefined;
  return failures === undefined ? `Signed in by a ${by}` : `Failed sign-ins by a ${by}: ${failures}`;
}

/** What a call was about. */
function subjectWords(entry: AuditEntry): string {
  const { replaced } = entry.subject;
  if (sessionWords(entry) === undefined) return Object.values(entry.subject).join(', ');
  return replaced === undefined ? '' : `in the place of ${replaced}`;
}

const columns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: 'When', cell: ({ at }) => <Time at={at} /> },
  {
    id: 'who',
    header: 'Who',
    cell: ({ username, tokenName, runId }) => (
      <>
        {username || 'unknown'} <span className={styles.faint}>{tokenName ?? (runId && `run ${runId}`)}</span>
      </>
    ),
  },
  {
    id: 'what',
    header: 'What',
    cell: (entry) => {
      const { operation } = entry;
      const words = sessionWords(entry);
      return words === undefined ? <code title={operation}>{operation}</code> : <span title={operation}>{words}</span>;
    },
  },
  {
    id: 'subject',
    header: 'Of',
    cell: (entry) => {
      const { failures, last } = entry.subject;
      if (failures !== undefined && last !== undefined) {
        return (
          <>
            the last <Time at={last} />
          </>
        );
      }
      const text = subjectWords(entry);
      return <span title={text}>{text}</span>;
    },
    isMinor: true,
  },
  { id: 'address', header: 'From', cell: ({ address }) => address, isMinor: true },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) => <Pill tone={outcome === 'done' ? 'ok' : 'failed'}>{outcome}</Pill>,
  },
];

const limit = 50;

/**
 * A page of the log. The newest one is live while its reader is at its top; once one has scrolled, the rows stay the ones that
 * they are, and `hasNew` says that more have come.
 */
function useAuditEntries({ before, ...filter }: Omit<AuditFilter, 'limit'>) {
  const refetchInterval = useRefetchInterval();
  const isScrolled = useIsScrolled();
  const [heldBefore, setHeldBefore] = useState('');
  const isHeld = before === '' && isScrolled && heldBefore !== '';
  const log = useQuery({
    ...auditLogQuery({ ...filter, before: isHeld ? heldBefore : before, limit }),
    refetchInterval,
  });
  const newest = useQuery({ ...auditLogQuery({ ...filter, before: '', limit: 1 }), enabled: isHeld, refetchInterval });
  const first = log.isPlaceholderData ? undefined : log.data?.items[0]?.sequence;
  useEffect(() => {
    if (before === '' && !isScrolled && first !== undefined) setHeldBefore(String(first + 1));
  }, [before, isScrolled, first]);
  const hasNew = isHeld && !newest.isPlaceholderData && (newest.data?.items[0]?.sequence ?? 0) >= Number(heldBefore);
  return { log, hasNew };
}

function AuditLog() {
  const [user, setUser] = useAddressState<string>('user', '');
  const [operation, setOperation] = useAddressState<string>('operation', '');
  const [since, setSince] = useAddressState<string>('since', '');
  const [before] = useAddressState<string>('before', '', { isStep: true });
  const navigate = useNavigate();
  const { log, hasNew } = useAuditEntries({ user, operation, since, before });
  const turnTo = (sequence: string) =>
    void navigate({
      to: '.',
      search: (({ before: _, ...others }: Record<string, string>) =>
        sequence === '' ? others : { ...others, before: sequence }) as never,
    });
  const query = new URLSearchParams({
    limit: String(limit),
    ...(user !== '' && { user }),
    ...(operation !== '' && { operation }),
    ...(since !== '' && { since }),
  });
  return (
    <Card
      title="Audit log"
      note="what was changed by whom, the newest first"
      actions={
        <ApiButton
          size="small"
          call={{
            about: 'Read the audit log',
            method: 'GET',
            path: `/wherry/v1/audit-log?${query}`,
            wherry: 'audit',
          }}
        />
      }
    >
      <div className={styles.filters}>
        <Field label="User">
          <input value={user} placeholder="all" spellCheck={false} onChange={({ target }) => setUser(target.value)} />
        </Field>
        <Field label="Operation contains">
          <input
            value={operation}
            placeholder="such as DELETE or session"
            spellCheck={false}
            onChange={({ target }) => setOperation(target.value)}
          />
        </Field>
        <Field label="Since">
          <input type="date" value={since} onChange={({ target }) => setSince(target.value)} />
        </Field>
      </div>
      {hasNew && <WaitingRows>New entries</WaitingRows>}
      <LoadedRows query={log}>
        {(page) => (
          <DataTable
            rows={page?.items}
            columns={columns}
            rowId={({ sequence }) => String(sequence)}
            label="Audit log"
            empty={
              <Empty title="Nothing fits">
                <p>Calls that only read are not in it; signing in and out is.</p>
              </Empty>
            }
          />
        )}
      </LoadedRows>
      <PagerBar>
        <Button
          size="small"
          disabledReason={before === '' && !hasNew ? 'These are the newest.' : undefined}
          onClick={() => {
            turnTo('');
            window.scrollTo({ top: 0 });
          }}
        >
          Newest
        </Button>
        <Button
          size="small"
          disabledReason={log.data?.nextBefore == null ? 'There are no older ones.' : undefined}
          onClick={() => turnTo(String(log.data!.nextBefore))}
        >
          Older
        </Button>
      </PagerBar>
    </Card>
  );
}
