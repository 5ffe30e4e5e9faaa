import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatBytes, formatNumber } from '../../model/format.ts';
import { storageName } from '../../model/storage-list.ts';
import { DatasetItems } from '../../parts/dataset-items.tsx';
import { StorageAbout, StorageActions } from '../../parts/storage-page.tsx';
import { type Dataset, datasetQuery } from '../../services/datasets.ts';
import { storagePath } from '../../services/storages.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card, Facts, Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';

export function DatasetPage() {
  const { datasetId } = useParams({ strict: false }) as { readonly datasetId: string };
  const refetchInterval = useRefetchInterval();
  const query = useQuery({ ...datasetQuery(datasetId), refetchInterval });
  return (
    <LoadedPage title="Dataset" query={query}>
      {(dataset) => <ShownDataset dataset={dataset} />}
    </LoadedPage>
  );
}

function ShownDataset({ dataset }: { readonly dataset: Dataset }) {
  return (
    <Page
      title={storageName(dataset)}
      heading={<bdi>{storageName(dataset)}</bdi>}
      about={<StorageAbout kind="datasets" storage={dataset} />}
      actions={
        <>
          <ApiButton
            call={{
              about: 'Get the dataset',
              method: 'GET',
              path: storagePath('datasets', dataset.id),
              javascript: `dataset('${dataset.id}').get()`,
              python: `dataset('${dataset.id}').get()`,
            }}
          />
          <StorageActions kind="datasets" storage={dataset} />
        </>
      }
    >
      <DatasetFacts dataset={dataset} />
      <Tabs
        label="Parts of the dataset"
        tabs={[
          {
            id: 'items',
            title: 'Items',
            count: formatNumber(dataset.itemCount),
            content: () => (
              <Card>
                <DatasetItems datasetId={dataset.id} isGrowing={false} />
              </Card>
            ),
          },
          { id: 'schema', title: 'Schema', content: () => <SchemaCard schema={dataset.schema} /> },
        ]}
      />
    </Page>
  );
}

function DatasetFacts({ dataset }: { readonly dataset: Dataset }) {
  const { itemCount, cleanItemCount, stats, createdAt, modifiedAt } = dataset;
  const empty = itemCount - cleanItemCount;
  const emptyNote = empty > 0 ? { note: `${formatNumber(empty)} empty` } : {};
  return (
    <Facts
      facts={[
        { name: 'Items', value: formatNumber(itemCount), ...emptyNote },
        { name: 'Size', value: formatBytes(stats.storageBytes) },
        {
          name: 'An item',
          value: itemCount === 0 ? '–' : formatBytes(stats.storageBytes / itemCount),
          note: 'on average',
        },
        { name: 'Writes', value: formatNumber(stats.writeCount) },
        { name: 'Last change', value: <Time at={modifiedAt} /> },
        { name: 'Created', value: <Time at={createdAt} /> },
      ]}
    />
  );
}

function SchemaCard({ schema }: { readonly schema: unknown }) {
  if (schema === null || schema === undefined) {
    return (
      <Card>
        <Empty title="The dataset has no schema">
          <p>
            An Actor gives its dataset one in <code>.actor/actor.json</code>, under <code>storages.dataset</code>: the
            fields of its items, and views of them.
          </p>
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Schema" note="what items must be, and views of them" isPadded>
      <CodeEditor value={JSON.stringify(schema, undefined, 2)} language="json" label="The schema of the dataset" />
    </Card>
  );
}
