import { useState } from 'react';
import type { DatasetView } from '../model/dataset-views.ts';
import {
  countError,
  type ExportChoice,
  type ExportFormat,
  exportFormats,
  exportParameters,
  isForSpreadsheets,
  usualExport,
} from '../model/export-query.ts';
import { itemsPath } from '../services/datasets.ts';
import { ApiCallTexts } from '../ui/api-call.tsx';
import { Button, FileLink } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { Field, Select, Switch } from '../ui/fields.tsx';
import styles from './export-items.module.css';

interface ExportProps {
  readonly datasetId: string;
  readonly views: readonly DatasetView[];
  /** The view that is seen. */
  readonly view: string;
}

/** A button with a dialog that downloads items in any format. */
export function ExportButton(props: ExportProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setIsOpen(true)}>
        Export…
      </Button>
      <Dialog title="Export items" isOpen={isOpen} onClose={() => setIsOpen(false)} size="wide">
        <ExportForm {...props} onClose={() => setIsOpen(false)} />
      </Dialog>
    </>
  );
}

function ExportForm({ datasetId, views, view, onClose }: ExportProps & { readonly onClose: () => void }) {
  const [choice, setChoice] = useState<ExportChoice>({ ...usualExport, view });
  const [isCallShown, setIsCallShown] = useState(false);
  const change = (changes: Partial<ExportChoice>) => setChoice({ ...choice, ...changes });
  const parameters = exportParameters(choice);
  const isValid = [choice.offset, choice.limit].every((count) => countError(count) === undefined);
  const call = {
    about: 'Export items',
    method: 'GET',
    path: itemsPath(datasetId, parameters),
    ...clientCalls(datasetId, parameters),
  } as const;
  return (
    <div>
      <div className={styles.form}>
        <div>
          <Field label="Format">
            <Select
              options={exportFormats}
              value={choice.format}
              onChange={(format) => change({ format: format as ExportFormat })}
            />
          </Field>
        </div>
        <div>
          <Field label="Fields of" help="A view picks, renames and unwinds fields as the schema says.">
            <Select
              options={[
                { value: '', label: 'The items as they are' },
                ...views.map(({ id, title }) => ({ value: id, label: `The view ${title}` })),
              ]}
              value={choice.view}
              onChange={(chosen) => change({ view: chosen })}
            />
          </Field>
        </div>
        <div>
          <Field label="Only these fields" help="Names with commas between them; all without.">
            <input
              value={choice.fields}
              onChange={({ target }) => change({ fields: target.value })}
              spellCheck={false}
            />
          </Field>
        </div>
        <div>
          <Field label="Without these fields" help="Names with commas between them.">
            <input value={choice.omit} onChange={({ target }) => change({ omit: target.value })} spellCheck={false} />
          </Field>
        </div>
        <div>
          <Field label="Leave out the first" error={countError(choice.offset)}>
            <input
              inputMode="numeric"
              placeholder="0"
              value={choice.offset}
              onChange={({ target }) => change({ offset: target.value })}
            />
          </Field>
        </div>
        <div>
          <Field label="At most" error={countError(choice.limit)}>
            <input
              inputMode="numeric"
              placeholder="all items"
              value={choice.limit}
              onChange={({ target }) => change({ limit: target.value })}
            />
          </Field>
        </div>
      </div>
      <div className={styles.switches}>
        <Switch
          label="Without empty items and hidden fields (those that begin with #)"
          isOn={choice.isClean}
          onChange={(isClean) => change({ isClean })}
        />
        <Switch
          label="The newest first"
          isOn={choice.isNewestFirst}
          onChange={(isNewestFirst) => change({ isNewestFirst })}
        />
        {isForSpreadsheets(choice.format) && (
          <Switch
            label="Escape what a spreadsheet would take for a formula"
            isOn={choice.escapesFormulas}
            onChange={(escapesFormulas) => change({ escapesFormulas })}
          />
        )}
      </div>
      {isCallShown && <ApiCallTexts call={call} />}
      <DialogActions>
        <Button onClick={() => setIsCallShown(!isCallShown)} aria-expanded={isCallShown}>
          API
        </Button>
        {isValid ? (
          <FileLink
            kind="primary"
            href={itemsPath(datasetId, { ...parameters, attachment: '1' })}
            download
            onClick={onClose}
          >
            Download
          </FileLink>
        ) : (
          <Button kind="primary" disabledReason="Correct the numbers first.">
            Download
          </Button>
        )}
      </DialogActions>
    </div>
  );
}

/** The clients take the parameters as options. */
function clientCalls(datasetId: string, parameters: Readonly<Record<string, string | undefined>>) {
  const { format, ...others } = parameters;
  const options = Object.entries(others).filter(([, value]) => value !== undefined);
  // The stock clients know no `escapeFormulas`.
  if (parameters.escapeFormulas !== undefined) return {};
  const literal = (name: string, value: string) =>
    ['fields', 'omit'].includes(name)
      ? JSON.stringify(value.split(','))
      : name === 'view'
        ? JSON.stringify(value)
        : ['clean', 'desc'].includes(name)
          ? 'true'
          : value;
  const javascript = options.map(([name, value]) => `${name}: ${literal(name, value!)}`);
  return {
    javascript: `dataset(${JSON.stringify(datasetId)}).downloadItems('${format}'${javascript.length === 0 ? '' : `, { ${javascript.join(', ')} }`})`,
  };
}
