import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idempotencyKeyOf } from '../database/idempotency.ts';
import { measure, pushItems } from '../storages/dataset.ts';
import { openDataset, pagesOf, type Wanted } from '../storages/dataset-page.ts';
import type { Item } from '../storages/dataset-shape.ts';
import { DatasetStatistics } from '../storages/dataset-statistics.ts';
import { userIdOf } from './caller.ts';
import { formatOf, formatOptionsOf, shapeOf, wantedOf } from './dataset-items-query.ts';
import { booleanOf } from './envelope.ts';
import { itemTexts } from './item-texts.ts';
import { queryOf } from './query.ts';
import type { Services } from './services.ts';
import type { StorageMount } from './storage-mounts.ts';

/** Items of a dataset: push, read in several formats, statistics. */
export function registerDatasetItemRoutes(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database } = services;
  const { prefix, storageOf } = mount;

  const open = async (request: FastifyRequest, wanted: Wanted, withPage: boolean) => {
    const input = { userId: userIdOf(request), address: await storageOf(request), wanted, withPage };
    return database.read(openDataset, input, request.caller);
  };

  app.post(`${prefix}/items`, async (request, reply) => {
    const items = itemTexts(request.body);
    const push = {
      userId: userIdOf(request),
      address: await storageOf(request),
      items,
      measured: measure(items),
      idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
    };
    await database.write(pushItems, push, request.caller);
    return reply.code(201).send({});
  });

  app.get(`${prefix}/items`, { exposeHeadRoute: false }, async (request, reply) => {
    const query = queryOf(request);
    const wanted = wantedOf(query);
    const [shape, format, options] = [shapeOf(query), formatOf(query), formatOptionsOf(query)];
    const opened = await open(request, wanted, true);
    describeItems(reply, wanted, opened.dataset.item_count, opened.stretch.count);
    if (booleanOf(query, 'attachment') === true) {
      reply.header('content-disposition', `attachment; filename="${opened.dataset.id}.${query.format || 'json'}"`);
    }
    const body = format.write(() => pagesOf(database, request.caller, opened), shape, options);
    return reply.type(format.contentType).send(Readable.from(body, { objectMode: false }));
  });

  app.head(`${prefix}/items`, async (request, reply) => {
    const query = queryOf(request);
    const wanted = wantedOf(query);
    const format = formatOf(query);
    const { dataset, stretch } = await open(request, wanted, false);
    describeItems(reply, wanted, dataset.item_count, stretch.count);
    return reply.type(format.contentType).send();
  });

  app.get(`${prefix}/statistics`, async (request) => {
    const all = { offset: 0, limit: Number.MAX_SAFE_INTEGER, desc: false };
    const statistics = new DatasetStatistics();
    for await (const page of pagesOf(database, request.caller, await open(request, all, true))) {
      for (const json of page) statistics.add(JSON.parse(json) as Item);
      // The next page waits for what else is to be done: a long scan must not hold up the API.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { data: { fieldStatistics: statistics.result() } };
  });
}

/** Apify counts what the stretch has, not what is left of it when items are skipped or unwound. */
function describeItems(reply: FastifyReply, wanted: Wanted, total: number, count: number): void {
  reply.headers({
    'x-apify-pagination-offset': wanted.offset,
    'x-apify-pagination-limit': wanted.limit,
    'x-apify-pagination-count': count,
    'x-apify-pagination-total': total,
    'x-apify-pagination-desc': String(wanted.desc),
  });
}
