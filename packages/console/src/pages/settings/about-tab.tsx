import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useLive } from '../../live/live.tsx';
import { aboutQuery } from '../../services/about.ts';
import { sessionQuery, signOut } from '../../services/session.ts';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { sayFailure } from '../../ui/toasts.tsx';
import styles from './settings.module.css';

/** What the platform is, and the session of this browser. */
export function AboutTab() {
  const query = useQuery(aboutQuery);
  return (
    <>
      <Loaded query={query} rows={3}>
        {({ version, engine, nodeVersion }) => (
          <Facts
            facts={[
              { name: 'Wherry', value: version ?? 'unknown version' },
              { name: 'Engine', value: engine, note: engine === 'process' ? 'for code that you trust' : undefined },
              { name: 'Node.js', value: nodeVersion },
              { name: 'Address', value: location.host },
            ]}
          />
        )}
      </Loaded>
      <SessionCard />
      <Card title="APIs" isPadded>
        <p>
          <code>/v2</code> is Apify's API. Wherry's own is described in{' '}
          <a href="/wherry/v1/openapi.json">/wherry/v1/openapi.json</a>. <a href="/health">/health</a> says what works.
        </p>
      </Card>
    </>
  );
}

function SessionCard() {
  const { data: session } = useQuery(sessionQuery);
  const live = useLive();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  if (!session) return null;
  const leave = async () => {
    try {
      await signOut();
      queryClient.clear();
      await navigate({ to: '/sign-in' });
    } catch (error) {
      sayFailure(error);
    }
  };
  return (
    <Card title="This browser's session" actions={<Button onClick={() => void leave()}>Sign out</Button>} isPadded>
      <p>
        {session.username}, {session.role} · <CopyId id={session.userId} /> · may {session.scopes?.join(', ')}
      </p>
      <p className={styles.faint}>
        {live === 'live'
          ? 'Changes are shown as they happen.'
          : 'The stream of changes is down. Pages ask again every 10 s until it is back.'}{' '}
        Signing out forgets the session; the token that it was made with stays.
      </p>
    </Card>
  );
}
