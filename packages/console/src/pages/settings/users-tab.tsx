import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatBytes, formatNumber } from '../../model/format.ts';
import {
  changeUser,
  createUser,
  type Role,
  removeUser,
  type User,
  type UserChanges,
  usersQuery,
} from '../../services/users.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm, Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/fields.tsx';
import { PagedCard } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { usePage } from '../../ui/pager.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import { say } from '../../ui/toasts.tsx';
import { AdministratorsOnly } from './administrators-only.tsx';
import styles from './settings.module.css';

/** The user of the platform's own machine. */
const firstUsername = 'wherry';
const firstReason = 'The user of the data folder stays as it is.';

type Asked = { readonly kind: 'disable' | 'remove' | 'edit'; readonly user: User };

export function UsersTab({ isAdministrator }: { readonly isAdministrator: boolean }) {
  if (!isAdministrator) return <AdministratorsOnly what="Users are added, changed and removed here." />;
  return <Users />;
}

function Users() {
  const page = usePage(50, 'users');
  const query = useQuery({ ...usersQuery(page), refetchInterval: useRefetchInterval() });
  const [isAdding, setIsAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <PagedCard
        query={query}
        page={page}
        pagerLabel="Pages of users"
        title="Users"
        actions={
          <>
            <ApiButton
              size="small"
              call={{ about: 'List the users', method: 'GET', path: '/wherry/v1/users', wherry: 'users list' }}
            />
            <Button size="small" kind="primary" onClick={() => setIsAdding(true)}>
              Add a user
            </Button>
          </>
        }
      >
        {(rows) => (
          <DataTable
            rows={rows}
            columns={columnsOf(setAsked)}
            rowId={({ id }) => id}
            label="Users"
            empty={<Empty title="There are no users" />}
          />
        )}
      </PagedCard>
      <AddUser isOpen={isAdding} onClose={() => setIsAdding(false)} />
      <AskedOfUser asked={asked} onClose={() => setAsked(undefined)} />
    </>
  );
}

const columnsOf = (ask: (asked: Asked) => void): readonly Column<User>[] => [
  { id: 'username', header: 'Username', cell: ({ username }) => username, sortBy: ({ username }) => username },
  { id: 'role', header: 'Role', cell: ({ role }) => role, sortBy: ({ role }) => role },
  { id: 'state', header: 'State', cell: (user) => <UserState user={user} /> },
  { id: 'email', header: 'E-mail', cell: ({ email, name }) => email ?? name ?? '–', isMinor: true },
  {
    id: 'limits',
    header: 'Own limits',
    cell: ({ maxRuns, maxMemoryMbytes }) =>
      [
        maxRuns !== null && `${formatNumber(maxRuns)} runs`,
        maxMemoryMbytes !== null && formatBytes(maxMemoryMbytes * 1024 * 1024),
      ]
        .filter(Boolean)
        .join(', ') || 'none',
    isMinor: true,
  },
  { id: 'made', header: 'Added', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
  {
    id: 'actions',
    header: 'Actions',
    cell: (user) => <UserMenu user={user} ask={ask} />,
  },
];

function UserMenu({ user, ask }: { readonly user: User; readonly ask: (asked: Asked) => void }) {
  const queryClient = useQueryClient();
  const isFirst = user.username === firstUsername;
  const reason = user.removedAt !== null ? 'The user was removed.' : isFirst ? firstReason : undefined;
  const enable = async () => {
    await changeUser(user.id, { isDisabled: false });
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    say(`${user.username} is enabled.`);
  };
  return (
    <Menu
      title="Change"
      size="small"
      kind="quiet"
      aria-label={`Change ${user.username}`}
      actions={[
        {
          title: 'Role and limits',
          disabledReason: user.removedAt !== null ? 'The user was removed.' : undefined,
          onChoose: () => ask({ kind: 'edit', user }),
        },
        user.disabledAt === null
          ? {
              title: 'Disable',
              about: 'Tokens stop, and what runs is aborted; data stays',
              disabledReason: reason,
              onChoose: () => ask({ kind: 'disable', user }),
            }
          : { title: 'Enable', disabledReason: reason, onChoose: () => void enable() },
        {
          title: 'Remove',
          about: 'With everything that the user has',
          isDangerous: true,
          disabledReason: reason,
          onChoose: () => ask({ kind: 'remove', user }),
        },
      ]}
    />
  );
}

function UserState({ user: { disabledAt, removedAt } }: { readonly user: User }) {
  if (removedAt !== null) return <Pill tone="late">Being removed</Pill>;
  return disabledAt === null ? <Pill tone="ok">Active</Pill> : <Pill tone="ended">Disabled</Pill>;
}

const roles = [
  { value: 'member', label: 'Member: everything with what is theirs' },
  { value: 'administrator', label: 'Administrator: also users, servers, the audit log' },
] as const;

function AddUser({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const queryClient = useQueryClient();
  const body = { username: username.trim(), role, ...(email.trim() !== '' && { email: email.trim() }) };
  const adding = useMutation({
    mutationFn: () => createUser(body),
    onSuccess: async (user) => {
      setUsername('');
      setEmail('');
      onClose();
      say(`${user.username} was added. Make a token for them under Tokens.`);
      await queryClient.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const isRight = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(body.username) && /^.{3,30}$/.test(body.username);
  return (
    <Dialog title="Add a user" isOpen={isOpen} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          adding.mutate();
        }}
      >
        <Field
          label="Username"
          help="3 to 30 letters and digits with single hyphens between them. It cannot be changed."
          isRequired
        >
          <input
            value={username}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setUsername(target.value)}
          />
        </Field>
        <Field label="E-mail">
          <input type="email" value={email} autoComplete="off" onChange={({ target }) => setEmail(target.value)} />
        </Field>
        <Field label="Role">
          <Select options={roles} value={role} onChange={(value) => setRole(value as Role)} />
        </Field>
        {adding.error && <Failure error={adding.error} />}
        <div className={styles.formActions}>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <ApiButton call={{ about: 'Add this user', method: 'POST', path: '/wherry/v1/users', body }} />
            <Button
              type="submit"
              kind="primary"
              isBusy={adding.isPending}
              disabledReason={isRight ? undefined : 'Write a username first.'}
            >
              Add
            </Button>
          </DialogActions>
        </div>
      </form>
    </Dialog>
  );
}

function AskedOfUser({ asked, onClose }: { readonly asked: Asked | undefined; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  if (asked?.kind === 'edit') return <EditUser key={asked.user.id} user={asked.user} onClose={onClose} />;
  const isRemoval = asked?.kind === 'remove';
  const username = asked?.user.username ?? '';
  const confirm = async () => {
    await (isRemoval ? removeUser(asked.user.id) : changeUser(asked!.user.id, { isDisabled: true }));
    say(isRemoval ? `${username} was removed. Their data is deleted in the background.` : `${username} is disabled.`);
    await queryClient.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <Confirm
      title={`${isRemoval ? 'Remove' : 'Disable'} ${username}`}
      action={isRemoval ? 'Remove' : 'Disable'}
      name={username}
      isOpen={asked !== undefined}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>
        Their tokens get 401, and their runs and builds are aborted at once, not gracefully.{' '}
        {isRemoval
          ? 'Then everything of theirs is deleted: Actors, runs with their logs, storages, tasks, schedules, webhooks. This cannot be undone.'
          : 'All data stays, and "Enable" brings everything back.'}
      </p>
    </Confirm>
  );
}

function EditUser({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const [role, setRole] = useState<Role>(user.role);
  const [maxRuns, setMaxRuns] = useState(user.maxRuns === null ? '' : String(user.maxRuns));
  const [memory, setMemory] = useState(user.maxMemoryMbytes === null ? '' : String(user.maxMemoryMbytes));
  const queryClient = useQueryClient();
  const isFirst = user.username === firstUsername;
  const body: UserChanges = {
    ...(!isFirst && { role }),
    maxRuns: maxRuns.trim() === '' ? null : Number(maxRuns),
    maxMemoryMbytes: memory.trim() === '' ? null : Number(memory),
  };
  const saving = useMutation({
    mutationFn: () => changeUser(user.id, body),
    onSuccess: async () => {
      onClose();
      say(`${user.username} was changed.`);
      await queryClient.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const isRight = [maxRuns, memory].every((text) => /^\s*\d*\s*$/.test(text));
  return (
    <Dialog title={`Role and limits of ${user.username}`} isOpen onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <Field label="Role" help={isFirst ? firstReason : undefined}>
          <Select options={roles} value={role} disabled={isFirst} onChange={(value) => setRole(value as Role)} />
        </Field>
        <Field label="Runs at once" help="Empty for the platform's own limit.">
          <input value={maxRuns} inputMode="numeric" onChange={({ target }) => setMaxRuns(target.value)} />
        </Field>
        <Field label="Memory of all runs, in MB" help="Empty for the platform's own limit.">
          <input value={memory} inputMode="numeric" onChange={({ target }) => setMemory(target.value)} />
        </Field>
        {saving.error && <Failure error={saving.error} />}
        <div className={styles.formActions}>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <ApiButton call={{ about: 'Save this', method: 'PUT', path: `/wherry/v1/users/${user.id}`, body }} />
            <Button
              type="submit"
              kind="primary"
              isBusy={saving.isPending}
              disabledReason={isRight ? undefined : 'Write whole numbers, or nothing.'}
            >
              Save
            </Button>
          </DialogActions>
        </div>
      </form>
    </Dialog>
  );
}
