/**
 * Public Actors: who reaches an Actor of another user. The address of one's own Actors is in `actor-address.ts`; whatever
 * changes an Actor or shows its source uses that alone.
 *
 * [public-1] an Actor that is public, and whose owner is not disabled, is read and started by every user, by its id or as
 *     `username~name`, until it is not public any more, or deleted. Nothing else of it is reached: neither its source and
 *     environment variables, nor its list of builds and their logs, nor any change.
 * [public-2] a run of another user's Actor belongs to who started it. The owner of the Actor does not find out about it, but that
 *     it is counted.
 * [public-3] the code of another user gets no more of its starter's account than the starter says at the start: full permissions
 *     only by `forcePermissionLevel`, and a storage only where the input names it. (Fields that name one have no default in any schema.)
 */
import { one, type Sql } from '../database/sql.ts';
import { notFound, Refusal } from '../shared/errors.ts';
import { nameInAddress, ownActorId } from './actor-address.ts';
import type { ActorSettings } from './actor-settings.ts';

interface OfferedRow {
  readonly id: string;
  readonly settings_json: string;
}

/** SQL: Actors whose owner is not disabled, with `users` for the owner. To be continued by a condition. */
const selectActive = `SELECT actors.id, actors.settings_json FROM actors JOIN users ON users.id = actors.user_id
  WHERE users.disabled_at IS NULL AND`;

export const isPublic = (settingsJson: string | null): boolean =>
  settingsJson !== null && (JSON.parse(settingsJson) as ActorSettings).isPublic === true;

/**
 * The id of an Actor that the user may read and start [public-1]: their own, or a public one.
 * @throws Refusal 404 `record-not-found`, the same for what is not public and what does not exist
 */
export function* findUsableActorId(userId: string, address: string): Sql<string> {
  const own = yield* ownActorId(userId, address);
  if (own !== undefined) return own;
  const offered = (yield* offeredById(address)) ?? (yield* offeredByName(address));
  if (offered === undefined) throw notFound('Actor', address);
  return offered;
}

function* offeredById(id: string): Sql<string | undefined> {
  const row = yield* one<OfferedRow>(`${selectActive} actors.id = ?`, id);
  return row !== undefined && isPublic(row.settings_json) ? row.id : undefined;
}

function* offeredByName(address: string): Sql<string | undefined> {
  const { username, name } = nameInAddress(address);
  if (username === '') return undefined;
  const row = yield* one<OfferedRow>(
    `${selectActive} (users.id = ? OR lower(users.username) = lower(?)) AND lower(actors.name) = lower(?)
      ORDER BY actors.name = ? DESC LIMIT 1`,
    username,
    username,
    name,
    name,
  );
  return row !== undefined && isPublic(row.settings_json) ? row.id : undefined;
}

/** Whose build it is, and of which Actor. The owner of the Actor made it. */
export interface OwnedBuild {
  readonly ownerId: string;
  readonly actorId: string;
}

/** Whether the user may run the build: their own, also of an Actor that is deleted, or one of an Actor that is public now [public-1]. */
export function* mayUseBuild(userId: string, { ownerId, actorId }: OwnedBuild): Sql<boolean> {
  return ownerId === userId || (yield* offeredById(actorId)) !== undefined;
}

/** To be called in the transaction of what starts code. @throws Refusal 404 `record-not-found` */
export function* checkMayUseBuild(userId: string, build: OwnedBuild): Sql<void> {
  if (!(yield* mayUseBuild(userId, build))) throw notFound('Actor', build.actorId);
}

/** [public-3] Apify asks its users to approve such an Actor in its console; the error is its own. */
export const notApproved = (actorId: string): Refusal =>
  new Refusal(
    403,
    'full-permission-actor-not-approved',
    `The Actor ${actorId} of another user needs full permissions, which reach all of your account. Nothing was started. If you trust it, start it with forcePermissionLevel=FULL_PERMISSIONS.`,
  );
