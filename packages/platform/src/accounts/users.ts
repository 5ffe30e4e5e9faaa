/**
 * The users of a platform.
 *
 * [user-1] everything that is stored belongs to a user, and no other user reads or changes it, or finds out that it exists:
 *     what is somebody else's and what does not exist get the same response. What is shared is read as by a visitor.
 * [user-2] from the moment a user is disabled their tokens are refused and no run or build starts for them, whoever asks for
 *     it; their runs are aborted, also when the platform ends in between. What they have stored stays.
 * [user-3] a removed user is a disabled one whose data is deleted in the background; the row of the user goes last, so that
 *     a name is not given again before.
 * [user-4] there is an administrator: the user that the platform itself makes can be neither disabled, removed nor lowered.
 */
import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound, Refusal } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { isoTime, isoTimeOrNull } from '../shared/time.ts';

export type Role = 'administrator' | 'member';
export const roles: readonly Role[] = ['administrator', 'member'];

/** The name of the user that the platform makes at its first start [user-4]. */
export const firstUsername = 'wherry';

export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly created_at: number;
  readonly role: Role;
  readonly name: string | null;
  readonly email: string | null;
  readonly disabled_at: number | null;
  readonly removed_at: number | null;
  readonly max_runs: number | null;
  readonly max_memory_mbytes: number | null;
}

const columns = 'id, username, created_at, role, name, email, disabled_at, removed_at, max_runs, max_memory_mbytes';

/** By the id, or by the name whatever its case. */
function* findUser(address: string): Sql<UserRow> {
  const row = yield* one<UserRow>(
    `SELECT ${columns} FROM users WHERE id = ? OR lower(username) = lower(?) ORDER BY id = ? DESC LIMIT 1`,
    address,
    address,
    address,
  );
  if (row === undefined) throw notFound('User', address);
  return row;
}

/** @throws Refusal 404 `record-not-found` */
export const getUser = defineRead('users.get', function* ({ address }: { address: string }) {
  return yield* findUser(address);
});

/** Whether the part of an address before its `~` means the user: their name whatever its case, their id, `me` or nothing. */
export function* isUser(userId: string, name: string): Sql<boolean> {
  if (name === '' || name === 'me' || name === userId) return true;
  const row = yield* one('SELECT 1 FROM users WHERE id = ? AND lower(username) = lower(?)', userId, name);
  return row !== undefined;
}

/** To be called in the transaction of what starts something [user-2]. @throws Refusal 403 `user-disabled` */
export function* checkUserIsActive(userId: string): Sql<void> {
  const disabled = yield* one('SELECT 1 FROM users WHERE id = ? AND disabled_at IS NOT NULL', userId);
  if (disabled === undefined) return;
  throw new Refusal(
    403,
    'user-disabled',
    'The user is disabled, so nothing starts for them. An administrator can undo it.',
  );
}

/** A user as administrators see it. */
export const apiUser = (row: UserRow) => ({
  id: row.id,
  username: row.username,
  name: row.name,
  email: row.email,
  role: row.role,
  createdAt: isoTime(row.created_at),
  disabledAt: isoTimeOrNull(row.disabled_at),
  removedAt: isoTimeOrNull(row.removed_at),
  maxRuns: row.max_runs,
  maxMemoryMbytes: row.max_memory_mbytes,
});

export const listUsers = defineRead('users.list', function* ({ offset, limit, desc }: Paging) {
  const counted = yield* one<{ total: number }>('SELECT count(*) AS total FROM users');
  const direction = desc ? 'DESC' : 'ASC';
  const rows = yield* all<UserRow>(
    `SELECT ${columns} FROM users ORDER BY created_at ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    limit,
    offset,
  );
  return { total: counted!.total, items: rows.map(apiUser) };
});

/** Names stand in names of hosts (`username--actor`), before a `~`, and in paths. */
const usernamePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/i;
const reservedNames = ['me', 'health'];

function checkUsername(username: string): void {
  const isRight = usernamePattern.test(username) && username.length >= 3 && username.length <= 30;
  if (isRight && !reservedNames.includes(username.toLowerCase())) return;
  throw invalidInput(
    `"${username}" cannot be a username. It has 3 to 30 letters and digits, with single hyphens between them, and is not "me" or "health".`,
  );
}

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly name: string | null;
  readonly email: string | null;
}

/** @throws Refusal 400 for a wrong name, 409 `username-not-unique` for one that is taken, in whatever case */
export const createUser = defineWrite('users.create', function* (user: NewUser, { now }) {
  checkUsername(user.username);
  const taken = yield* one('SELECT 1 FROM users WHERE lower(username) = lower(?)', user.username);
  if (taken !== undefined) {
    throw new Refusal(409, 'username-not-unique', `There is a user "${user.username}" already. Take another name.`);
  }
  yield* exec(
    'INSERT INTO users (id, username, created_at, role, name, email) VALUES (?, ?, ?, ?, ?, ?)',
    user.id,
    user.username,
    now,
    user.role,
    user.name,
    user.email,
  );
  return apiUser(yield* findUser(user.id));
});

/** What is missing does not change. */
export interface UserChanges {
  readonly role?: Role;
  readonly isDisabled?: boolean;
  readonly name?: string | null;
  readonly email?: string | null;
  /** Null for the platform's own limit [limits-1]. */
  readonly maxRuns?: number | null;
  /** Null for the platform's own limit [limits-3]. */
  readonly maxMemoryMbytes?: number | null;
}

/** [user-4] @throws Refusal 409 `first-user` */
function checkMayLose({ username }: UserRow, what: string): void {
  if (username !== firstUsername) return;
  throw new Refusal(
    409,
    'first-user',
    `The user "${firstUsername}" cannot be ${what}: it has the token of the data folder. Give people users of their own.`,
  );
}

/** @throws Refusal 404; 409 `first-user` [user-4], `user-removed` */
export const changeUser = defineEnd(
  'users.change',
  function* ({ address, changes }: { address: string; changes: UserChanges }, { now }) {
    const row = yield* findUser(address);
    const { role = row.role, name = row.name, email = row.email, isDisabled = row.disabled_at !== null } = changes;
    const { maxRuns = row.max_runs, maxMemoryMbytes = row.max_memory_mbytes } = changes;
    if (role !== 'administrator') checkMayLose(row, 'a member');
    if (isDisabled) checkMayLose(row, 'disabled');
    if (row.removed_at !== null) {
      throw new Refusal(409, 'user-removed', `The user "${row.username}" is being removed. Nothing was changed.`);
    }
    yield* exec(
      `UPDATE users SET role = ?, name = ?, email = ?, disabled_at = ?, max_runs = ?, max_memory_mbytes = ?
        WHERE id = ?`,
      role,
      name,
      email,
      isDisabled ? (row.disabled_at ?? now) : null,
      maxRuns,
      maxMemoryMbytes,
      row.id,
    );
    // [browser-session-1]
    if (isDisabled) {
      yield* exec(
        'DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM api_tokens WHERE user_id = ?)',
        row.id,
      );
    }
    return apiUser(yield* findUser(row.id));
  },
);

/** Marks a user as removed [user-3]. To mark one again changes nothing. @throws Refusal 404; 409 `first-user` [user-4] */
export const removeUser = defineEnd('users.remove', function* ({ address }: { address: string }, { now }) {
  const row = yield* findUser(address);
  checkMayLose(row, 'removed');
  yield* exec(
    'UPDATE users SET disabled_at = COALESCE(disabled_at, ?), removed_at = COALESCE(removed_at, ?) WHERE id = ?',
    now,
    now,
    row.id,
  );
  yield* exec('DELETE FROM api_tokens WHERE user_id = ?', row.id);
  return apiUser(yield* findUser(row.id));
});

export const listUserIds = defineRead('users.listIds', function* (_: null): Sql<string[]> {
  return (yield* all<{ id: string }>('SELECT id FROM users ORDER BY id')).map(({ id }) => id);
});

/** The users whose data is being deleted [user-3]. */
export const listRemovedUsers = defineRead('users.listRemoved', function* (_: null): Sql<string[]> {
  const rows = yield* all<{ id: string }>('SELECT id FROM users WHERE removed_at IS NOT NULL ORDER BY removed_at');
  return rows.map(({ id }) => id);
});
