import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatBytes, formatNumber } from '../../model/format.ts';
import { storageName } from '../../model/storage-list.ts';
import { StorageAbout, StorageActions } from '../../parts/storage-page.tsx';
import { StoreRecords } from '../../parts/store-records.tsx';
import { storeQuery } from '../../services/key-value-stores.ts';
import { type StorageInfo, storagePath } from '../../services/storages.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Card, Facts, Page } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

export function StorePage() {
  const { storeId } = useParams({ strict: false }) as { readonly storeId: string };
  const refetchInterval = useRefetchInterval();
  const query = useQuery({ ...storeQuery(storeId), refetchInterval });
  return (
    <LoadedPage title="Key-value store" query={query}>
      {(store) => <ShownStore store={store} />}
    </LoadedPage>
  );
}

function ShownStore({ store }: { readonly store: StorageInfo }) {
  const { id, stats, createdAt, modifiedAt } = store;
  return (
    <Page
      title={storageName(store)}
      heading={<bdi>{storageName(store)}</bdi>}
      about={<StorageAbout kind="keyValueStores" storage={store} />}
      actions={
        <>
          <ApiButton
            call={{
              about: 'Get the key-value store',
              method: 'GET',
              path: storagePath('keyValueStores', id),
              javascript: `keyValueStore('${id}').get()`,
              python: `key_value_store('${id}').get()`,
            }}
          />
          <StorageActions kind="keyValueStores" storage={store} />
        </>
      }
    >
      <Facts
        facts={[
          { name: 'Size', value: formatBytes(stats.storageBytes) },
          { name: 'Writes', value: formatNumber(stats.writeCount) },
          { name: 'Last change', value: <Time at={modifiedAt} /> },
          { name: 'Created', value: <Time at={createdAt} /> },
        ]}
      />
      <Card title="Records">
        <StoreRecords storeId={id} />
      </Card>
    </Page>
  );
}
