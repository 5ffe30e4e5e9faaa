import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { deleteUntold } from '../live/deletion.ts';
import { useRefetchInterval } from '../live/live.tsx';
import { isTold, resumeTelling } from '../live/live-events.ts';
import { formatBytes, formatCount } from '../model/format.ts';
import { isEditable } from '../model/record-preview.ts';
import {
  archivePath,
  deleteRecord,
  type KeyPage,
  keysQuery,
  type RecordKey,
  recordInfoQuery,
  recordPath,
  recordQueryKey,
} from '../services/key-value-stores.ts';
import { useAddressState } from '../ui/address-state.ts';
import { ApiButton } from '../ui/api-call.tsx';
import { Button, FileLink } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Empty, Failure, Skeleton } from '../ui/notice.tsx';
import { PagerBar } from '../ui/pager.tsx';
import { say } from '../ui/toasts.tsx';
import { SearchField, Toolbar } from '../ui/toolbar.tsx';
import { RecordForm } from './record-form.tsx';
import { previewBytes, RecordPreview } from './record-preview.tsx';
import { ShareForm } from './storage-page.tsx';
import styles from './store-records.module.css';

/** The records of a key-value store with previews. */
export function StoreRecords({ storeId }: { readonly storeId: string }) {
  const [prefix, setPrefix] = useAddressState<string>('prefix', '');
  const [startKey, setStartKey] = useAddressState<string>('afterKey', '', { isStep: true });
  const [chosen, choose] = useAddressState<string>('key', '', { isStep: true });
  const [isNew, setIsNew] = useState(false);
  const refetchInterval = useRefetchInterval();
  const { data: page, error, refetch } = useQuery({ ...keysQuery(storeId, { prefix, startKey }), refetchInterval });
  const filter = (next: string) => {
    setStartKey('');
    setPrefix(next);
  };
  return (
    <div className={styles.split} data-chosen={chosen !== '' || undefined}>
      <div className={styles.keys}>
        <Toolbar
          end={
            <>
              <FileLink size="small" href={archivePath(storeId, prefix)} download>
                Download {prefix === '' ? 'all' : 'these'}
              </FileLink>
              <Button size="small" onClick={() => setIsNew(true)}>
                New record
              </Button>
            </>
          }
        >
          <SearchField label="Keys that begin with" value={prefix} onChange={filter} />
        </Toolbar>
        {error && page === undefined ? (
          <div className={styles.padded}>
            <Failure error={error} retry={() => void refetch()} />
          </div>
        ) : (
          <Keys page={page} prefix={prefix} chosen={chosen} onChoose={choose} />
        )}
        <KeyPager page={page} startKey={startKey} onStart={setStartKey} />
      </div>
      <div className={styles.record}>
        {chosen === '' ? (
          page?.items.length !== 0 && <Empty title="Choose a key to see its record" />
        ) : (
          <ChosenRecord key={chosen} storeId={storeId} recordKey={chosen} onClose={() => choose('')} />
        )}
      </div>
      <Dialog title="New record" isOpen={isNew} onClose={() => setIsNew(false)} size="wide">
        <RecordForm
          storeId={storeId}
          onDone={(key) => {
            setIsNew(false);
            choose(key);
          }}
        />
      </Dialog>
    </div>
  );
}

interface KeysProps {
  readonly page: KeyPage | undefined;
  readonly prefix: string;
  readonly chosen: string;
  readonly onChoose: (key: string) => void;
}

function Keys({ page, prefix, chosen, onChoose }: KeysProps) {
  const columns: readonly Column<RecordKey>[] = [
    {
      id: 'key',
      header: 'Key',
      cell: ({ key }) => (
        <button
          type="button"
          className={classes(styles.key, key === chosen && styles.chosen)}
          aria-current={key === chosen || undefined}
          onClick={() => onChoose(key)}
        >
          {key}
        </button>
      ),
    },
    { id: 'size', header: 'Size', cell: ({ size }) => formatBytes(size), isNumber: true },
  ];
  const empty =
    prefix === '' ? (
      <Empty title="The store has no records">
        <p>
          An Actor adds them with <code>Actor.setValue('KEY', value)</code>, and you with “New record”.
        </p>
      </Empty>
    ) : (
      <Empty title="No key begins like that">
        <p>Upper and lower case are different here.</p>
      </Empty>
    );
  return <DataTable label="Keys" rows={page?.items} rowId={({ key }) => key} columns={columns} empty={empty} />;
}

interface KeyPagerProps {
  readonly page: KeyPage | undefined;
  readonly startKey: string;
  readonly onStart: (startKey: string) => void;
}

function KeyPager({ page, startKey, onStart }: KeyPagerProps) {
  if (page === undefined || (startKey === '' && !page.isTruncated)) return null;
  const { items, isTruncated, nextExclusiveStartKey } = page;
  return (
    <PagerBar label="Pages of keys">
      <span>
        {formatCount(items.length, 'key')}
        {startKey !== '' && (
          <>
            {' after '}
            <code>{startKey}</code>
          </>
        )}
      </span>
      <Button
        size="small"
        disabledReason={startKey === '' ? 'This is the first page.' : undefined}
        onClick={() => onStart('')}
      >
        First
      </Button>
      <Button
        size="small"
        disabledReason={isTruncated ? undefined : 'This is the last page.'}
        onClick={() => onStart(nextExclusiveStartKey ?? '')}
      >
        Next
      </Button>
    </PagerBar>
  );
}

interface ChosenRecordProps {
  readonly storeId: string;
  readonly recordKey: string;
  readonly onClose: () => void;
}

/** What is done to the chosen record, and its preview. */
function ChosenRecord({ storeId, recordKey, onClose }: ChosenRecordProps) {
  const refetchInterval = useRefetchInterval();
  const record = useQuery({ ...recordInfoQuery(storeId, recordKey), refetchInterval });
  const { data: info, error, refetch } = record;
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <section className={styles.padded} aria-label={`The record ${recordKey}`}>
      <div className={styles.head}>
        <Button size="small" className={styles.back!} onClick={onClose}>
          All keys
        </Button>
        <h3 className={styles.name}>
          <code>{recordKey}</code>
          {info !== undefined && (
            <small>
              {info.contentType} · {formatBytes(info.bytes)}
            </small>
          )}
        </h3>
        {!isMissing && <RecordActions storeId={storeId} recordKey={recordKey} onClose={onClose} info={info} />}
      </div>
      {isMissing ? (
        <Empty title="The store has no record of this key">
          <p>It was deleted, or it is not written yet. It is shown here once it is there.</p>
        </Empty>
      ) : error && info === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : info === undefined ? (
        <Skeleton rows={6} />
      ) : (
        <RecordPreview storeId={storeId} recordKey={recordKey} info={info} />
      )}
    </section>
  );
}

type OpenDialog = 'edit' | 'share' | 'delete';

function RecordActions({
  storeId,
  recordKey,
  onClose,
  info,
}: ChosenRecordProps & { info: { contentType: string; bytes: number } | undefined }) {
  const [open, setOpen] = useState<OpenDialog>();
  const close = () => setOpen(undefined);
  const queryClient = useQueryClient();
  // A record of this key may be written again.
  useEffect(() => () => resumeTelling(recordQueryKey(storeId, recordKey)), [storeId, recordKey]);
  const remove = async () => {
    await deleteUntold(queryClient, recordQueryKey(storeId, recordKey), () => deleteRecord(storeId, recordKey));
    onClose();
    say(`The record ${recordKey} was deleted.`);
    const ofStore = ['keyValueStores', 'one', storeId];
    await queryClient.invalidateQueries({ queryKey: ofStore, predicate: (query) => isTold(query.queryKey) });
  };
  const quoted = JSON.stringify(recordKey);
  const call = {
    about: `Get the record ${recordKey}`,
    method: 'GET',
    path: recordPath(storeId, recordKey),
    javascript: `keyValueStore('${storeId}').getRecord(${quoted})`,
    python: `key_value_store('${storeId}').get_record(${quoted})`,
  } as const;
  return (
    <div className={styles.actions}>
      <FileLink size="small" href={recordPath(storeId, recordKey, { isAttachment: true })} download>
        Download
      </FileLink>
      <Button size="small" disabledReason={whyNotEditable(info)} onClick={() => setOpen('edit')}>
        Edit
      </Button>
      <Button size="small" onClick={() => setOpen('share')}>
        Share…
      </Button>
      <ApiButton size="small" call={call} />
      <Button size="small" kind="danger" onClick={() => setOpen('delete')}>
        Delete…
      </Button>
      <Dialog title={`Edit ${recordKey}`} isOpen={open === 'edit'} onClose={close} size="wide">
        <RecordForm storeId={storeId} recordKey={recordKey} contentType={info?.contentType ?? ''} onDone={close} />
      </Dialog>
      <Dialog title={`Share ${recordKey} by a link`} isOpen={open === 'share'} onClose={close}>
        <ShareForm
          kind="keyValueStores"
          storageId={storeId}
          recordKey={recordKey}
          choices={[{ value: 'record', label: 'The record' }]}
        />
      </Dialog>
      <Confirm
        title="Delete the record?"
        action="Delete"
        name={recordKey}
        isOpen={open === 'delete'}
        onClose={close}
        onConfirm={remove}
      >
        <p>It is deleted for ever. An Actor that reads it then gets nothing.</p>
      </Confirm>
    </div>
  );
}

function whyNotEditable(
  info: { readonly contentType: string; readonly bytes: number } | undefined,
): string | undefined {
  if (info === undefined) return 'The record is being loaded.';
  if (!isEditable(info.contentType))
    return 'Only texts can be edited here. Upload a new value as a record of this key.';
  return info.bytes > previewBytes
    ? 'The record is too large to be edited here. Download it and upload it again.'
    : undefined;
}
