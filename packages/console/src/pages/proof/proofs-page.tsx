import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount, formatNumber } from '../../model/format.ts';
import { type Proof, type ProvableActor, proofsQuery, provableActorsQuery } from '../../services/proofs.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { ReportFile } from './report-file.tsx';
import { VerdictHistory } from './verdict-history.tsx';
import { VerdictPill } from './verdict-pill.tsx';

const about = 'Whether an Actor loses or repeats results when it is moved, killed or cut off: tried by wherry prove.';

/** Reports of `wherry prove`: from a file, and those that were published. */
export function ProofsPage() {
  const refetchInterval = useRefetchInterval();
  const [actorId] = useAddressState<string>('actor', '');
  const { data: actors, error, refetch } = useQuery({ ...provableActorsQuery, refetchInterval });
  return (
    <Page title="Proof" about={about}>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {actorId === '' ? (
        <LastVerdicts actors={actors} />
      ) : (
        <VerdictHistory actorId={actorId} name={actors?.find(({ id }) => id === actorId)?.name ?? actorId} />
      )}
      <ReportFile actors={actors ?? []} />
    </Page>
  );
}

interface LastVerdict {
  readonly actor: ProvableActor;
  readonly proofs: readonly Proof[] | undefined;
}

const columns: readonly Column<LastVerdict>[] = [
  {
    id: 'actor',
    header: 'Actor',
    cell: ({ actor }) => (
      <Link to="/proof" search={{ actor: actor.id } as never}>
        {actor.name}
      </Link>
    ),
    sortBy: ({ actor }) => actor.name,
  },
  {
    id: 'verdict',
    header: 'Last verdict',
    cell: ({ proofs }) =>
      proofs?.[0] === undefined ? (
        'never proved'
      ) : (
        <Link to="/proof/$proofId" params={{ proofId: proofs[0].id }}>
          <VerdictPill verdict={proofs[0].verdict} />
        </Link>
      ),
    sortBy: ({ proofs }) => proofs?.[0]?.verdict,
  },
  {
    id: 'failed',
    header: 'Failed',
    cell: ({ proofs }) =>
      proofs?.[0] === undefined
        ? '–'
        : `${formatNumber(proofs[0].failures)} of ${formatCount(proofs[0].faults, 'fault')}`,
    isNumber: true,
    isMinor: true,
  },
  { id: 'reports', header: 'Reports', cell: ({ proofs }) => proofs?.length ?? '–', isNumber: true, isMinor: true },
  { id: 'when', header: 'Published', cell: ({ proofs }) => <Time at={proofs?.[0]?.publishedAt} /> },
];

/** What is known of each Actor. */
function LastVerdicts({ actors }: { readonly actors: readonly ProvableActor[] | undefined }) {
  const refetchInterval = useRefetchInterval();
  const proofs = useQueries({ queries: (actors ?? []).map(({ id }) => ({ ...proofsQuery(id), refetchInterval })) });
  return (
    <Card title="Last verdicts" note="of the Actors that were changed last">
      <DataTable
        rows={actors?.map((actor, index) => ({ actor, proofs: proofs[index]?.data }))}
        columns={columns}
        rowId={({ actor }) => actor.id}
        label="Last verdicts"
        empty={
          <Empty title="There is no Actor yet">
            <p>
              <code>npx wherry prove FOLDER</code> proves one from its folder, without a platform.
            </p>
            <ButtonLink to="/actors">Go to the Actors</ButtonLink>
          </Empty>
        }
      />
    </Card>
  );
}
