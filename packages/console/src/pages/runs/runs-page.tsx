import { useQuery } from '@tanstack/react-query';
import { RunTable } from '../../parts/run-table.tsx';
import { actorChoicesQuery } from '../../services/targets.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Select } from '../../ui/fields.tsx';
import { Card, Page } from '../../ui/page.tsx';

export function RunsPage() {
  const [actorId, setActorId] = useAddressState<string>('actor', '', { isStep: true, clears: 'page' });
  return (
    <Page
      title="Runs"
      actions={
        <ButtonLink to="/actors" kind="primary">
          Start a run
        </ButtonLink>
      }
    >
      <Card>
        <RunTable
          key={actorId}
          actorId={actorId === '' ? undefined : actorId}
          tools={<ActorChoice actorId={actorId} onChange={setActorId} />}
        />
      </Card>
    </Page>
  );
}

function ActorChoice({
  actorId,
  onChange,
}: {
  readonly actorId: string;
  readonly onChange: (actorId: string) => void;
}) {
  const { data: actors = [] } = useQuery(actorChoicesQuery);
  const options = actors.map(({ id, label }) => ({ value: id, label }));
  // A link may name an Actor of somebody else.
  if (actorId !== '' && !actors.some(({ id }) => id === actorId)) options.unshift({ value: actorId, label: actorId });
  return (
    <Select
      aria-label="Actor"
      options={[{ value: '', label: 'All Actors' }, ...options]}
      value={actorId}
      onChange={onChange}
    />
  );
}
