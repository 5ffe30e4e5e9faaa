import { useQuery } from '@tanstack/react-query';
import { formatNumber } from '../../model/format.ts';
import { type ProxyGroup, proxyGroupsQuery } from '../../services/input-resources.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';

const columns: readonly Column<ProxyGroup>[] = [
  { id: 'name', header: 'Group', cell: ({ name }) => <code>{name}</code>, sortBy: ({ name }) => name },
  { id: 'about', header: 'What it is', cell: ({ description }) => description },
  {
    id: 'count',
    header: 'Proxies',
    cell: ({ availableCount }) => formatNumber(availableCount),
    sortBy: ({ availableCount }) => availableCount,
    isNumber: true,
  },
];

/** What Actors may choose in `useApifyProxy`. */
export function ProxyTab() {
  const query = useQuery(proxyGroupsQuery);
  return (
    <Card
      title="Proxy groups"
      note="Actors choose them by name"
      actions={
        <ApiButton
          size="small"
          call={{
            about: 'Read the account with its proxy groups',
            method: 'GET',
            path: '/v2/users/me',
            javascript: "user('me').get()",
            python: "user('me').get()",
          }}
        />
      }
    >
      <LoadedRows query={query}>
        {(rows) => (
          <DataTable
            rows={rows}
            columns={columns}
            rowId={({ name }) => name}
            label="Proxy groups"
            empty={
              <Empty title="There are no proxy groups">
                <p>
                  The operator names upstream proxies when the platform is started: <code>wherry up --help</code>.
                </p>
              </Empty>
            }
          />
        )}
      </LoadedRows>
    </Card>
  );
}
