import { isOver } from '../../model/status.ts';
import { DatasetItems } from '../../parts/dataset-items.tsx';
import type { Run } from '../../services/runs.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Select } from '../../ui/fields.tsx';
import { Card } from '../../ui/page.tsx';
import styles from './run-page.module.css';

/** The results of a run: its datasets, and the links of its output schema. */
export function RunOutput({ run }: { readonly run: Run }) {
  const datasets = Object.entries(run.storageIds?.datasets ?? { default: run.defaultDatasetId });
  const [alias, setAlias] = useAddressState<string>('dataset', 'default');
  const [, datasetId] = datasets.find(([name]) => name === alias) ?? ['default', run.defaultDatasetId];
  const links = linksOf(run.output);
  return (
    <>
      {(links.length > 0 || datasets.length > 1) && (
        <div className={styles.links}>
          {datasets.length > 1 && (
            <Select
              aria-label="Dataset"
              options={datasets.map(([name]) => ({ value: name, label: name }))}
              value={alias}
              onChange={setAlias}
            />
          )}
          {links.map(([name, url]) => (
            <a key={name} href={url} rel="noreferrer">
              {name}
            </a>
          ))}
        </div>
      )}
      <Card>
        <DatasetItems key={datasetId} datasetId={datasetId} isGrowing={!isOver(run.status)} />
      </Card>
    </>
  );
}

/** An Actor writes them, so only what leads to a page is a link. */
const linksOf = (output: Run['output']): readonly [string, string][] =>
  Object.entries(output ?? {}).flatMap(([name, url]) =>
    typeof url === 'string' && /^https?:\/\//.test(url) ? [[name, url] as [string, string]] : [],
  );
