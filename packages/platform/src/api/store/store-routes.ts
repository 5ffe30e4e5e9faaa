import type { FastifyInstance } from 'fastify';
import { listStore, type StoreOrder, type StoreSearch } from '../../builds/store.ts';
import { pageOf } from '../../shared/paging.ts';
import { booleanOf, choiceOf, pagingOf, type Query, queryOf } from '../query.ts';
import type { Services } from '../services.ts';

const orders: readonly StoreOrder[] = ['relevance', 'popularity', 'newest', 'lastUpdate'];
const pricingModels = ['FREE', 'FLAT_PRICE_PER_MONTH', 'PRICE_PER_DATASET_ITEM', 'PAY_PER_EVENT'] as const;
const formats = ['full', 'agent'] as const;

/** The public Actors. Apify's command line searches them without a token. */
export function registerStoreRoutes(app: FastifyInstance, { database }: Services): void {
  app.get('/v2/store', { config: { access: 'public', effect: 'reads' } }, async (request) => {
    const query = queryOf(request);
    // A page says of itself that it is in the order that was asked for.
    const paging = { ...pagingOf(query), desc: false };
    const format = choiceOf(query, 'responseFormat', formats) ?? 'full';
    const wanted = searchOf(query, paging);
    // Nobody passes the platform's Actors for payments by agents, so there are none that do.
    const isEmpty = booleanOf(query, 'allowsAgenticUsers') === true;
    const found = isEmpty ? { total: 0, items: [] } : await database.read(listStore, wanted, { kind: 'platform' });
    const items = format === 'agent' ? found.items.map(forAgents) : found.items;
    return { data: pageOf<object>(paging, found.total, items) };
  });
}

function searchOf(query: Query, paging: Pick<StoreSearch, 'offset' | 'limit' | 'desc'>): StoreSearch {
  // Every public Actor can be run here, so this makes no difference; it is still checked.
  booleanOf(query, 'includeUnrunnableActors');
  return {
    search: query.search ?? '',
    category: query.category ?? '',
    username: query.username ?? '',
    pricingModel: choiceOf(query, 'pricingModel', pricingModels) ?? '',
    sortBy: choiceOf(query, 'sortBy', orders) ?? 'relevance',
    includeInputSchema: booleanOf(query, 'includeInputSchema') === true,
    ...paging,
  };
}

/** The reduced form for language models. Source: docs.apify.com, API, `responseFormat` of the store. */
function forAgents(actor: Record<string, unknown>): object {
  const { id, title, name, username, description, notice, badge, categories, inputSchema } = actor;
  const { totalRuns, totalUsers, totalUsers30Days } = actor.stats as Record<string, number>;
  const stats = { totalRuns, totalUsers, totalUsers30Days };
  const described = { id, title, name, username, description, notice, badge, categories, stats };
  return inputSchema === undefined ? described : { ...described, inputSchema };
}
