import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useDeletion } from '../live/deletion.ts';
import { storageName } from '../model/storage-list.ts';
import {
  changeStorage,
  createShareLink,
  deleteStorage,
  type GeneralAccess,
  type ShareLink,
  type StorageChanges,
  type StorageInfo,
  type StorageKind,
} from '../services/storages.ts';
import { Button } from '../ui/button.tsx';
import { CopyId, copyText } from '../ui/copy-id.tsx';
import { Confirm, Dialog, DialogActions } from '../ui/dialog.tsx';
import { Field, Select } from '../ui/fields.tsx';
import { Menu, type MenuAction } from '../ui/menu.tsx';
import { Failure, Note } from '../ui/notice.tsx';
import { Time } from '../ui/time.tsx';
import { say } from '../ui/toasts.tsx';

interface StorageProps {
  readonly kind: StorageKind;
  readonly storage: StorageInfo;
}

const nouns: Readonly<Record<StorageKind, string>> = {
  datasets: 'dataset',
  keyValueStores: 'key-value store',
  requestQueues: 'request queue',
};
const lists = { datasets: '/datasets', keyValueStores: '/key-value-stores', requestQueues: '/request-queues' } as const;

/** The line below the heading: what a storage is, and where it comes from. */
export function StorageAbout({ kind, storage }: StorageProps) {
  const { id, name, title, actRunId, modifiedAt } = storage;
  return (
    <>
      {name === null ? `Unnamed ${nouns[kind]}` : title ? <bdi>{name}</bdi> : `Named ${nouns[kind]}`} ·{' '}
      <CopyId id={id} />
      {actRunId !== null && (
        <>
          {' · of run '}
          <Link to="/runs/$runId" params={{ runId: actRunId } as never}>
            <code>{actRunId}</code>
          </Link>
        </>
      )}
      {' · changed '}
      <Time at={modifiedAt} />
    </>
  );
}

type OpenDialog = 'rename' | 'access' | 'share' | 'delete';

/** What is done to a storage as a whole. */
export function StorageActions({ kind, storage }: StorageProps) {
  const [open, setOpen] = useState<OpenDialog>();
  const close = () => setOpen(undefined);
  const deletion = useDeletion();
  const noun = nouns[kind];
  const remove = async () => {
    const { id } = storage;
    await deletion({ kinds: kind, id, to: lists[kind], call: () => deleteStorage(kind, id) });
    say(`The ${noun} ${storageName(storage)} was deleted.`);
  };
  const actions: MenuAction[] = [
    { title: 'Rename…', about: 'Its name and its title', onChoose: () => setOpen('rename') },
    { title: 'Access…', about: accessTexts[storage.generalAccess], onChoose: () => setOpen('access') },
    { title: 'Delete…', isDangerous: true, onChoose: () => setOpen('delete') },
  ];
  return (
    <>
      {kind !== 'requestQueues' && <Button onClick={() => setOpen('share')}>Share…</Button>}
      <Menu title="More" actions={actions} />
      <Dialog title={`Rename the ${noun}`} isOpen={open === 'rename'} onClose={close}>
        <RenameForm kind={kind} storage={storage} onDone={close} />
      </Dialog>
      <Dialog title={`Who may read the ${noun}`} isOpen={open === 'access'} onClose={close}>
        <AccessForm kind={kind} storage={storage} onDone={close} />
      </Dialog>
      {kind !== 'requestQueues' && (
        <Dialog title={`Share the ${noun} by a link`} isOpen={open === 'share'} onClose={close}>
          <ShareForm kind={kind} storageId={storage.id} choices={contentsOf[kind]} />
        </Dialog>
      )}
      <Confirm
        title={`Delete the ${noun}?`}
        action="Delete"
        name={storage.name ?? storage.id}
        isOpen={open === 'delete'}
        onClose={close}
        onConfirm={remove}
      >
        <p>
          All that is in it is deleted for ever, and links to it end.{storage.actRunId !== null && ' The run stays.'}
        </p>
      </Confirm>
    </>
  );
}

/** Sends changes of a storage and shows what comes of it. */
function useChange({ kind, storage }: StorageProps, onDone: () => void) {
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const change = async (changes: StorageChanges) => {
    setIsBusy(true);
    setError(undefined);
    try {
      queryClient.setQueryData([kind, 'one', storage.id], await changeStorage(kind, storage.id, changes));
      void queryClient.invalidateQueries({ queryKey: [kind] });
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return { change, isBusy, error };
}

function RenameForm({ kind, storage, onDone }: StorageProps & { readonly onDone: () => void }) {
  const [name, setName] = useState(storage.name ?? '');
  const [title, setTitle] = useState(storage.title ?? '');
  const { change, isBusy, error } = useChange({ kind, storage }, onDone);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void change({ name: name.trim() || null, title: title.trim() || null });
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="Name"
        help="Letters, digits and hyphens. Programs find the storage by it. Unnamed storages are deleted after the time of retention."
      >
        <input value={name} onChange={({ target }) => setName(target.value)} autoComplete="off" spellCheck={false} />
      </Field>
      <Field label="Title" help="Shown in the console.">
        <input value={title} onChange={({ target }) => setTitle(target.value)} autoComplete="off" />
      </Field>
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}

const accessTexts: Readonly<Record<GeneralAccess, string>> = {
  FOLLOW_USER_SETTING: 'As the account has it: only its owner',
  RESTRICTED: 'Only its owner',
  ANYONE_WITH_ID_CAN_READ: 'Anyone who knows its id may read',
  ANYONE_WITH_NAME_CAN_READ: 'Anyone who knows its id or its name may read',
};

function AccessForm({ kind, storage, onDone }: StorageProps & { readonly onDone: () => void }) {
  const [access, setAccess] = useState(storage.generalAccess);
  const { change, isBusy, error } = useChange({ kind, storage }, onDone);
  const isOpen = access.startsWith('ANYONE');
  return (
    <>
      <Field label="Access">
        <Select
          options={Object.entries(accessTexts).map(([value, label]) => ({ value, label }))}
          value={access}
          onChange={(value) => setAccess(value as GeneralAccess)}
        />
      </Field>
      {isOpen && <Note>Who reads needs no token and no account. Nobody but the owner changes anything.</Note>}
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="primary" isBusy={isBusy} onClick={() => void change({ generalAccess: access })}>
          Save
        </Button>
      </DialogActions>
    </>
  );
}

type Contents = 'items' | 'keys' | 'records' | 'record';

interface Choice {
  readonly value: Contents;
  readonly label: string;
}

const contentsOf: Readonly<Record<'datasets' | 'keyValueStores', readonly Choice[]>> = {
  datasets: [{ value: 'items', label: 'All items' }],
  keyValueStores: [
    { value: 'keys', label: 'The list of keys, with a link to each record' },
    { value: 'records', label: 'All records as a zip archive' },
  ],
};

const terms = [
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
  { value: '31536000', label: '1 year' },
];

interface ShareFormProps {
  readonly kind: 'datasets' | 'keyValueStores';
  readonly storageId: string;
  readonly choices: readonly Choice[];
  /** The key of a record that is shared. */
  readonly recordKey?: string;
}

/** Makes a link that ends. */
export function ShareForm({ kind, storageId, choices, recordKey }: ShareFormProps) {
  const [contents, setContents] = useState<Contents>(choices[0]!.value);
  const [secs, setSecs] = useState('604800');
  const [link, setLink] = useState<ShareLink>();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const make = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      const key = recordKey === undefined ? {} : { key: recordKey };
      setLink(await createShareLink(kind, storageId, { contents, secs: Number(secs), ...key }));
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      {choices.length > 1 && (
        <Field label="What the link opens">
          <Select options={choices} value={contents} onChange={(value) => setContents(value as Contents)} />
        </Field>
      )}
      <Field
        label="It ends after"
        help="Whoever has the link reads without an account until then. A link cannot be taken back, but for deleting what it opens."
      >
        <Select options={terms} value={secs} onChange={setSecs} />
      </Field>
      {link !== undefined && <LinkField link={link} />}
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button kind={link === undefined ? 'primary' : 'plain'} isBusy={isBusy} onClick={() => void make()}>
          {link === undefined ? 'Make a link' : 'Make another link'}
        </Button>
        {link !== undefined && (
          <Button kind="primary" onClick={() => void copyText(link.url).then(() => say('The link was copied.'))}>
            Copy the link
          </Button>
        )}
      </DialogActions>
    </>
  );
}

function LinkField({ link }: { readonly link: ShareLink }) {
  return (
    <Field
      label="Link"
      help={
        <>
          Ends <Time at={link.expiresAt} />.
        </>
      }
    >
      <input readOnly value={link.url} onFocus={({ target }) => target.select()} />
    </Field>
  );
}
