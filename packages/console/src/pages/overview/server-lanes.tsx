import { Link } from '@tanstack/react-router';
import { formatCount } from '../../model/format.ts';
import { lanesOf, type Server } from '../../model/servers.ts';
import { LoadBar, LoadText, ServerState, useServerRuns } from '../../parts/server-load.tsx';
import { Empty } from '../../ui/notice.tsx';
import styles from './overview-page.module.css';

export function ServerLanes({ servers }: { readonly servers: readonly Server[] }) {
  const { shown, folded } = lanesOf(servers);
  if (servers.length === 0) {
    return (
      <Empty title="There is no server">
        <p>The engine has no place to run containers. See docs/servers.md.</p>
      </Empty>
    );
  }
  return (
    <ul>
      {shown.map((server) => (
        <Lane key={server.id} server={server} />
      ))}
      {folded > 0 && (
        <li className={styles.lane}>
          <Link to="/servers">{formatCount(folded, 'more without runs', 'more without runs')}</Link>
        </li>
      )}
    </ul>
  );
}

function Lane({ server }: { readonly server: Server }) {
  const runs = useServerRuns(server);
  return (
    <li className={styles.lane}>
      <span className={styles.server}>
        <Link to="/servers">{server.id}</Link>
        {server.state !== 'ready' && <ServerState {...server} />}
        <small>
          <LoadText server={server} runs={runs} />
        </small>
      </span>
      <LoadBar server={server} runs={runs} />
    </li>
  );
}
