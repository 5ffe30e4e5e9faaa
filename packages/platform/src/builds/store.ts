/**
 * The store: the Actors of this platform that are public, as Apify's store lists those of its users. Source of what is
 * searched, filtered and sorted: docs.apify.com, API, "Get list of Actors in Store".
 */
import type { ActorSettings } from '../actors/actor-settings.ts';
import { readActorStats } from '../actors/actors.ts';
import { pricingAt } from '../actors/pricing.ts';
import { defineRead } from '../database/operation.ts';
import { all, one, type Sql } from '../database/sql.ts';
import type { Paging } from '../shared/paging.ts';
import type { BuildResult } from './build-row.ts';

export type StoreOrder = 'relevance' | 'popularity' | 'newest' | 'lastUpdate';

/** What is searched for. Texts that are empty ask for nothing. */
export interface StoreSearch extends Paging {
  /** Words, each of which must be in the title, name, description, username or readme. */
  readonly search: string;
  readonly category: string;
  readonly username: string;
  readonly pricingModel: string;
  readonly sortBy: StoreOrder;
  readonly includeInputSchema: boolean;
}

interface StoreRow {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly built_at: number | null;
  readonly run_count: number;
  readonly settings_json: string;
}

interface Found {
  readonly row: StoreRow;
  readonly settings: ActorSettings;
  readonly pricing: object;
  readonly score: number;
}

export const listStore = defineRead('actors.store', function* (wanted: StoreSearch, { now }) {
  const rows = yield* all<StoreRow>(
    // Settings are read one by one below; the pattern only leaves out most of what is not public.
    `SELECT actors.id, actors.name, users.username, actors.created_at, actors.settings_json,
      actors.modified_at, (SELECT max(finished_at) FROM builds WHERE builds.actor_id = actors.id) AS built_at,
      (SELECT count(*) FROM runs WHERE runs.actor_id = actors.id) AS run_count
      FROM actors JOIN users ON users.id = actors.user_id WHERE users.disabled_at IS NULL AND actors.settings_json LIKE '%"isPublic":true%'`,
  );
  const found: Found[] = [];
  for (const row of rows) {
    const actor = yield* match(row, wanted, now);
    if (actor !== undefined) found.push(actor);
  }
  found.sort((one, other) => compare(one, other, wanted.sortBy));
  const items: ReturnType<typeof storeActor>[] = [];
  for (const actor of found.slice(wanted.offset, wanted.offset + wanted.limit)) {
    const schema = wanted.includeInputSchema
      ? (yield* readDefaultBuild(actor.row.id, actor.settings))?.inputSchema
      : null;
    items.push(storeActor(actor, yield* readActorStats(actor.row.id, now), schema ?? null));
  }
  return { total: found.length, items };
});

/** Undefined for an Actor that is not public, or is not what is searched for. */
function* match(row: StoreRow, wanted: StoreSearch, now: number): Sql<Found | undefined> {
  const settings = JSON.parse(row.settings_json) as ActorSettings;
  const pricing = pricingAt(settings, now) ?? { pricingModel: 'FREE' };
  const isWanted =
    settings.isPublic === true &&
    (wanted.category === '' || categoriesOf(settings).includes(wanted.category)) &&
    (wanted.username === '' || wanted.username.toLowerCase() === row.username.toLowerCase()) &&
    (wanted.pricingModel === '' || wanted.pricingModel === pricing.pricingModel);
  if (!isWanted) return undefined;
  const score = yield* scoreOf(row, settings, wanted.search);
  return score === undefined ? undefined : { row, settings, pricing, score };
}

const categoriesOf = ({ categories }: ActorSettings): readonly string[] => (categories ?? []) as readonly string[];

/** How much a word is worth where it is found first. */
const weights = { name: 8, description: 3, readme: 1 } as const;

/** How well an Actor fits the words; undefined when one of them is nowhere. */
function* scoreOf(row: StoreRow, settings: ActorSettings, search: string): Sql<number | undefined> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const name = `${settings.title ?? ''} ${row.name}`.toLowerCase();
  const description = `${settings.description ?? ''} ${row.username} ${row.username}/${row.name}`.toLowerCase();
  const left = words.filter((word) => !name.includes(word) && !description.includes(word));
  // The readme is read only for what is nowhere else, since it may be long.
  const readme = left.length === 0 ? '' : ((yield* readDefaultBuild(row.id, settings))?.readme ?? '').toLowerCase();
  if (left.some((word) => !readme.includes(word))) return undefined;
  return words
    .map((word) =>
      name.includes(word) ? weights.name : description.includes(word) ? weights.description : weights.readme,
    )
    .reduce((sum: number, weight) => sum + weight, 0);
}

/** What the build with the Actor's default tag or number has become; undefined when there is none. */
function* readDefaultBuild(actorId: string, { defaultRunOptions }: ActorSettings): Sql<BuildResult | undefined> {
  const wanted = defaultRunOptions?.build || 'latest';
  const row = yield* one<{ result_json: string | null }>(
    `SELECT result_json FROM builds WHERE actor_id = ?
      AND (number = ? OR id = (SELECT build_id FROM actor_tags WHERE actor_id = ? AND tag = ?)) LIMIT 1`,
    actorId,
    wanted,
    actorId,
    wanted,
  );
  return row?.result_json ? (JSON.parse(row.result_json) as BuildResult) : undefined;
}

const updateOf = ({ row }: Found): number => Math.max(row.modified_at, row.built_at ?? 0);

function compare(one: Found, other: Found, sortBy: StoreOrder): number {
  const relevance = sortBy === 'relevance' ? other.score - one.score : 0;
  const popularity = sortBy === 'relevance' || sortBy === 'popularity' ? other.row.run_count - one.row.run_count : 0;
  const update = sortBy === 'lastUpdate' ? updateOf(other) - updateOf(one) : 0;
  const newest = other.row.created_at - one.row.created_at;
  return relevance || popularity || update || newest || (one.row.id < other.row.id ? -1 : 1);
}

/** Reviews, bookmarks and pictures are of Apify's console, so nothing has them here. */
function storeActor({ row, settings, pricing }: Found, stats: object, inputSchema: BuildResult['inputSchema']) {
  const { id, name, username } = row;
  return {
    id,
    title: settings.title || name,
    name,
    username,
    userFullName: username,
    description: settings.description ?? null,
    categories: categoriesOf(settings),
    notice: settings.isDeprecated === true ? 'UNDER_MAINTENANCE' : 'NONE',
    pictureUrl: null,
    userPictureUrl: null,
    url: null,
    stats,
    currentPricingInfo: pricing,
    isWhiteListedForAgenticPayments: false,
    actorReviewCount: 0,
    actorReviewRating: 0,
    bookmarkCount: 0,
    badge: null,
    ...(inputSchema !== null && { inputSchema }),
  };
}
