/**
 * Actors: create, read, change, list. Versions, environment variables, build tags and price lists have their own files
 * in this folder. Actors are deleted in `builds/build-ends.ts`, since their builds end with them.
 *
 * The value of a secret environment variable is stored, but never part of an API object.
 * This folder may import `accounts/`, the adapters and `shared/`, but not `builds/` or `runs/`, which build on it.
 */
import { checkNameIsFree } from '../accounts/own-names.ts';
import { limitedRightsOf } from '../accounts/permissions.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { notFound } from '../shared/errors.ts';
import type { Paging } from '../shared/paging.ts';
import { isoTime } from '../shared/time.ts';
import { findActorId } from './actor-address.ts';
import {
  type ActorInput,
  type ActorSettings,
  checkActorName,
  mergeSettings,
  newSettings,
  permissionLevelOf,
  usualRunOptions,
} from './actor-settings.ts';
import { checkedPricingInfos } from './pricing.ts';
import { findUsableActorId } from './public-actors.ts';
import { standbySettingsOf } from './standby-settings.ts';
import { changeTags, readTags } from './tags.ts';
import { readVersions, replaceVersions } from './versions.ts';

interface ActorRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly name: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly build_count: number;
  readonly settings_json: string;
  readonly run_count: number;
  readonly last_run_at: number | null;
}

const selectActors = `
  SELECT actors.*, users.username,
    (SELECT count(*) FROM runs WHERE runs.actor_id = actors.id) AS run_count,
    (SELECT max(started_at) FROM runs WHERE runs.actor_id = actors.id) AS last_run_at
  FROM actors JOIN users ON users.id = actors.user_id`;

/** Returns the API object of the Actor, as Apify has it. */
function* readActor(actorId: string, now: number): Sql<Record<string, unknown>> {
  const row = yield* one<ActorRow>(`${selectActors} WHERE actors.id = ?`, actorId);
  if (row === undefined) throw notFound('Actor', actorId);
  const { defaultRunOptions, actorStandby, ...settings } = JSON.parse(row.settings_json) as ActorSettings;
  return {
    ...settings,
    ...(yield* shortApiActor(row, now)),
    userId: row.user_id,
    description: settings.description ?? null,
    ...(actorStandby && { actorStandby: standbySettingsOf(actorStandby) }),
    isPublic: settings.isPublic ?? false,
    isDeprecated: settings.isDeprecated ?? false,
    actorPermissionLevel: permissionLevelOf(settings),
    versions: yield* readVersions(actorId),
    taggedBuilds: yield* readTags(actorId),
    defaultRunOptions: { ...usualRunOptions, ...defaultRunOptions },
    exampleRunInput: settings.exampleRunInput ?? { body: '{}', contentType: 'application/json; charset=utf-8' },
  };
}

const dayMs = 86_400_000;

/**
 * When each user who has runs of the Actor has started the last one. It takes a step in the index for each user, however many
 * runs there are.
 */
function* lastStartsOfUsers(actorId: string): Sql<number[]> {
  const rows = yield* all<{ last_start: number }>(
    `WITH RECURSIVE starters (id) AS (
        SELECT min(user_id) FROM runs WHERE actor_id = ?
        UNION ALL
        SELECT (SELECT min(user_id) FROM runs WHERE actor_id = ? AND user_id > starters.id)
          FROM starters WHERE starters.id IS NOT NULL)
      SELECT (SELECT max(started_at) FROM runs WHERE actor_id = ? AND user_id = starters.id) AS last_start
        FROM starters WHERE starters.id IS NOT NULL`,
    actorId,
    actorId,
    actorId,
  );
  return rows.map(({ last_start: at }) => at);
}

function* shortApiActor(row: ActorRow, now: number) {
  const { title } = JSON.parse(row.settings_json) as ActorSettings;
  const lastStarts = row.run_count === 0 ? [] : yield* lastStartsOfUsers(row.id);
  const usersOf = (days: number) => lastStarts.filter((at) => at >= now - days * dayMs).length;
  return {
    id: row.id,
    name: row.name,
    username: row.username,
    // Tools print this field without checking whether it exists.
    title: title || row.name,
    createdAt: isoTime(row.created_at),
    modifiedAt: isoTime(row.modified_at),
    stats: {
      totalBuilds: row.build_count,
      totalRuns: row.run_count,
      totalUsers: lastStarts.length,
      totalUsers7Days: usersOf(7),
      totalUsers30Days: usersOf(30),
      totalUsers90Days: usersOf(90),
      totalMetamorphs: 0,
      ...(row.last_run_at !== null && { lastRunStartedAt: isoTime(row.last_run_at) }),
    },
  };
}

type ShortActor = ReturnType<typeof shortApiActor> extends Generator<unknown, infer Actor> ? Actor : never;

/** How much an Actor is used, as its API object has it. */
export function* readActorStats(actorId: string, now: number): Sql<ShortActor['stats']> {
  const row = yield* one<ActorRow>(`${selectActors} WHERE actors.id = ?`, actorId);
  return (yield* shortApiActor(row!, now)).stats;
}

export const createActor = defineWrite(
  'actors.create',
  function* ({ userId, id, input }: { userId: string; id: string; input: ActorInput }, { now }) {
    checkActorName(input.name);
    yield* checkNameIsFree({ table: 'actors', userId, name: input.name, id });
    const { pricingInfos } = input;
    const priced =
      pricingInfos === undefined
        ? input
        : { ...input, pricingInfos: checkedPricingInfos(pricingInfos, undefined, now) };
    yield* exec(
      'INSERT INTO actors (id, user_id, name, created_at, modified_at, settings_json) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      userId,
      input.name,
      now,
      now,
      JSON.stringify(newSettings(priced)),
    );
    yield* replaceVersions(id, input.versions ?? []);
    return yield* readActor(id, now);
  },
);

/** What others see of a public Actor [public-1]. What is not here, such as a field that is new, they do not see. */
const shownToOthers = [
  'id',
  'userId',
  'name',
  'username',
  'title',
  'description',
  'seoTitle',
  'seoDescription',
  'categories',
  'isPublic',
  'isDeprecated',
  'actorPermissionLevel',
  'createdAt',
  'modifiedAt',
  'stats',
  'taggedBuilds',
  'defaultRunOptions',
  'exampleRunInput',
  'pricingInfos',
];

const forOthers = (actor: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(actor).filter(([name]) => shownToOthers.includes(name))),
  isSourceCodeHidden: true,
  versions: [],
});

/**
 * As others see it, when it is another user's. Without versions, which have the source, when an attempt with limited permissions
 * reads another Actor.
 */
export const getActor = defineRead('actors.get', function* (input: { userId: string; actor: string }, { caller, now }) {
  const id = yield* findUsableActorId(input.userId, input.actor);
  const actor = yield* readActor(id, now);
  if (actor.userId !== input.userId) return forOthers(actor);
  const rights = yield* limitedRightsOf(caller);
  return rights === undefined || rights.actorId === id ? actor : { ...actor, versions: [] };
});

export interface ActorListing extends Paging {
  readonly userId: string;
  readonly sortBy: 'createdAt' | 'stats.lastRunStartedAt';
}

const orders = { createdAt: 'actors.created_at', 'stats.lastRunStartedAt': 'coalesce(last_run_at, 0)' };

export const listActors = defineRead('actors.list', function* (listing: ActorListing, { now }) {
  const { userId, offset, limit, desc, sortBy } = listing;
  const direction = desc ? 'DESC' : 'ASC';
  const counted = yield* one<{ total: number }>('SELECT count(*) AS total FROM actors WHERE user_id = ?', userId);
  const rows = yield* all<ActorRow>(
    `SELECT * FROM (${selectActors} WHERE actors.user_id = ?) AS actors
      ORDER BY ${orders[sortBy]} ${direction}, id ${direction} LIMIT ? OFFSET ?`,
    userId,
    limit,
    offset,
  );
  const items: ShortActor[] = [];
  for (const row of rows) items.push(yield* shortApiActor(row, now));
  return { total: counted!.total, items };
});

export const updateActor = defineWrite(
  'actors.update',
  function* ({ userId, actor, input }: { userId: string; actor: string; input: ActorInput }, { now }) {
    const id = yield* findActorId(userId, actor);
    const row = (yield* one<ActorRow>(`${selectActors} WHERE actors.id = ?`, id))!;
    const name = input.name ?? row.name;
    checkActorName(name);
    yield* checkNameIsFree({ table: 'actors', userId, name, id });
    const before = JSON.parse(row.settings_json) as ActorSettings;
    const pricingInfos = checkedPricingInfos(input.pricingInfos, before.pricingInfos ?? [], now);
    const priced = pricingInfos === undefined ? input : { ...input, pricingInfos };
    yield* exec(
      'UPDATE actors SET name = ?, modified_at = ?, settings_json = ? WHERE id = ?',
      name,
      now,
      JSON.stringify(mergeSettings(before, priced)),
      id,
    );
    if (input.versions) yield* replaceVersions(id, input.versions);
    yield* changeTags(id, input.taggedBuilds ?? {});
    return yield* readActor(id, now);
  },
);
