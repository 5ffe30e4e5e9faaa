import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { DeleteButton } from '../../parts/delete-button.tsx';
import { deleteProof, type OpenedProof, proofQuery } from '../../services/proofs.ts';
import { actorNameQuery } from '../../services/targets.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { ReportView } from './report-view.tsx';
import { VerdictHistory } from './verdict-history.tsx';

/** A published report. */
export function ProofPage() {
  const { proofId } = useParams({ strict: false }) as { proofId: string };
  const query = useQuery(proofQuery(proofId));
  const { data: proof } = query;
  const actorId = proof?.actorId;
  const { data: actor } = useQuery({ ...actorNameQuery(actorId ?? ''), enabled: actorId !== undefined });
  const name = actor?.label ?? proof?.report.actor ?? 'Proof';
  return (
    <Page
      title={`Proof of ${name}`}
      about={proof && <About proof={proof} name={name} />}
      actions={proof && <Actions proof={proof} name={name} />}
    >
      <Loaded query={query} rows={8}>
        {({ report }) => <ReportView report={report} />}
      </Loaded>
      {actorId !== undefined && <VerdictHistory actorId={actorId} name={name} />}
    </Page>
  );
}

function About({ proof, name }: { readonly proof: OpenedProof; readonly name: string }) {
  return (
    <>
      <Link to="/actors/$actorId" params={{ actorId: proof.actorId }}>
        {name}
      </Link>
      {proof.buildNumber !== null && `, build ${proof.buildNumber}`} · published <Time at={proof.publishedAt} /> ·{' '}
      <CopyId id={proof.id} />
    </>
  );
}

function Actions({ proof, name }: { readonly proof: OpenedProof; readonly name: string }) {
  const path = `/wherry/v1/proofs/${proof.id}`;
  return (
    <>
      <ApiButton call={{ about: 'Read this report', method: 'GET', path }} />
      <DeleteButton
        title="Delete this report"
        name={name}
        kinds="proofs"
        id={proof.id}
        to="/proof"
        search={{ actor: proof.actorId }}
        call={() => deleteProof(proof.id)}
        done="The report was deleted."
      >
        The report and its verdict are gone from the history of {name}. The Actor and its runs stay as they are.
      </DeleteButton>
    </>
  );
}
