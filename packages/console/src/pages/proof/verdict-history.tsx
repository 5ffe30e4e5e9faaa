import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatExact, formatNumber } from '../../model/format.ts';
import { verdictTexts } from '../../model/proof.ts';
import { type Proof, proofsQuery } from '../../services/proofs.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './proof.module.css';
import { VerdictPill } from './verdict-pill.tsx';

const columns: readonly Column<Proof>[] = [
  {
    id: 'verdict',
    header: 'Verdict',
    cell: ({ id, verdict }) => (
      <Link to="/proof/$proofId" params={{ proofId: id }}>
        <VerdictPill verdict={verdict} />
      </Link>
    ),
  },
  { id: 'build', header: 'Build', cell: ({ buildNumber }) => buildNumber ?? '–' },
  { id: 'faults', header: 'Faults', cell: ({ faults }) => formatNumber(faults), isNumber: true },
  { id: 'failures', header: 'Failed', cell: ({ failures }) => formatNumber(failures), isNumber: true },
  { id: 'published', header: 'Published', cell: ({ publishedAt }) => <Time at={publishedAt} /> },
];

/** The verdicts on an Actor over time. */
export function VerdictHistory({ actorId, name }: { readonly actorId: string; readonly name: string }) {
  const refetchInterval = useRefetchInterval();
  const query = useQuery({ ...proofsQuery(actorId), refetchInterval });
  return (
    <Card title={`Verdicts on ${name}`} note="the newest first" actions={<Link to="/proof">All Actors</Link>}>
      <LoadedRows query={query}>
        {(proofs) => (
          <>
            {proofs !== undefined && proofs.length > 1 && <Strip proofs={proofs} />}
            <DataTable
              rows={proofs}
              columns={columns}
              rowId={({ id }) => id}
              label={`Verdicts on ${name}`}
              empty={
                <Empty title="No report was published for this Actor">
                  <p>
                    <code>npx wherry prove FOLDER --publish</code> proves it and sends the report here.
                  </p>
                </Empty>
              }
            />
          </>
        )}
      </LoadedRows>
    </Card>
  );
}

/** From the oldest to the newest. */
function Strip({ proofs }: { readonly proofs: readonly Proof[] }) {
  return (
    <div className={styles.history}>
      {proofs.toReversed().map(({ id, verdict, publishedAt }) => {
        const text = `${verdictTexts[verdict].text}, ${formatExact(new Date(publishedAt))}`;
        return (
          <Link
            key={id}
            to="/proof/$proofId"
            params={{ proofId: id }}
            className={styles[verdict]!}
            aria-label={text}
            title={text}
          />
        );
      })}
    </div>
  );
}
