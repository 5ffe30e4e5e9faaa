import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { type Entry, type EntryGroup, foundEntries } from '../model/palette.ts';
import { paletteQuery } from '../services/palette.ts';
import { classes } from '../ui/classes.ts';
import floating from '../ui/floating.module.css';
import styles from './palette.module.css';
import { recentIds, remember } from './recent.ts';
import { sections } from './routes.ts';
import { useSignOut } from './sign-out.ts';
import { chooseTheme } from './theme.ts';

interface PaletteDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Finds pages, what the user has, and actions, and goes there. */
export default function PaletteDialog({ isOpen, onClose }: PaletteDialogProps) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={floating.backdrop} />
        <Dialog.Popup className={classes(floating.window, styles.popup)} aria-label="Search or jump to">
          <Search onClose={onClose} />
          <Dialog.Close className={styles.close}>Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const pages: readonly Entry[] = sections.map(({ title, path, jump }) => ({
  id: `page-${path}`,
  kind: 'Page',
  title,
  note: `g ${jump}`,
  path,
}));

/** There only while the palette is open, so that each time begins anew. */
function Search({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [recent] = useState(recentIds);
  const { data: places, isFetching } = useQuery(paletteQuery);
  const actions = useActions();
  const navigate = useNavigate();
  const groups = useMemo(() => {
    const entries = [...pages, ...(places ?? []), ...actions.map(({ entry }) => entry)];
    return foundEntries(entries, typed, recent);
  }, [places, actions, typed, recent]);
  const choose = (entry: Entry) => {
    remember(entry.id);
    onClose();
    if (entry.path !== undefined) void navigate({ to: entry.path });
    else actions.find(({ entry: { id } }) => id === entry.id)?.act();
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      value={typed}
      onValueChange={(value, { reason }) => reason === 'input-change' && setTyped(value)}
      // The model has found and sorted them.
      filter={null}
      itemToStringValue={({ title }: Entry) => title}
      autoHighlight="always"
      keepHighlight
    >
      <Autocomplete.Input
        className={styles.input}
        aria-label="Search or jump to"
        placeholder="A page, an Actor, a run's id, an action…"
      />
      <div className={styles.results}>
        <Autocomplete.Empty>
          {groups.length === 0 && (
            <p className={styles.empty}>
              {isFetching
                ? 'Searching…'
                : 'Nothing has this name. Runs and storages without a name are found by their whole id.'}
            </p>
          )}
        </Autocomplete.Empty>
        <Autocomplete.List>
          {(group: EntryGroup) => <Group key={group.value} group={group} onChoose={choose} />}
        </Autocomplete.List>
      </div>
      <p className={styles.help}>
        <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close
      </p>
    </Autocomplete.Root>
  );
}

function Group({ group, onChoose }: { readonly group: EntryGroup; readonly onChoose: (entry: Entry) => void }) {
  return (
    <Autocomplete.Group items={group.items}>
      <Autocomplete.GroupLabel className={styles.label}>{group.value}</Autocomplete.GroupLabel>
      <Autocomplete.Collection>
        {(entry: Entry) => (
          <Autocomplete.Item key={entry.id} value={entry} className={styles.item} onClick={() => onChoose(entry)}>
            <span>{entry.title}</span>
            {group.value === 'Recent' && <small>{entry.kind}</small>}
            {entry.note !== undefined && <small>{entry.note}</small>}
          </Autocomplete.Item>
        )}
      </Autocomplete.Collection>
    </Autocomplete.Group>
  );
}

interface Action {
  readonly entry: Entry;
  readonly act: () => void;
}

function useActions(): readonly Action[] {
  const signOut = useSignOut();
  return useMemo(() => {
    const action = (id: string, title: string, act: () => void): Action => ({
      entry: { id: `action-${id}`, kind: 'Action', title },
      act,
    });
    return [
      action('light', 'Use the light theme', () => chooseTheme('light')),
      action('dark', 'Use the dark theme', () => chooseTheme('dark')),
      action('system', 'Use the theme of the system', () => chooseTheme('system')),
      action('sign-out', 'Sign out', () => void signOut()),
    ];
  }, []);
}
