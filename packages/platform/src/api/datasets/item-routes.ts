import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pushItems } from '../../runs/operations/item-pushes.ts';
import { measure } from '../../storages/datasets/dataset.ts';
import { pagesOf, type Wanted } from '../../storages/datasets/page.ts';
import type { Item } from '../../storages/datasets/shape.ts';
import { DatasetStatistics } from '../../storages/datasets/statistics.ts';
import { idempotencyKeyOf, userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';
import { itemTexts } from './item-texts.ts';
import { formatOf, wantedOf } from './items-query.ts';
import { describeItems, openItems, sendItems } from './items-response.ts';

/** Items of a dataset: push, read in several formats, statistics. */
export function registerDatasetItemRoutes(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database } = services;
  const { prefix, storageOf } = mount;

  const open = async (request: FastifyRequest, wanted: Wanted, withPage: boolean) =>
    openItems(services, request, { address: await storageOf(request), wanted, withPage });

  app.post(
    `${prefix}/items`,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'givesResults' } },
    async (request, reply) => {
      const items = itemTexts(request.body);
      const push = {
        userId: userIdOf(request),
        address: await storageOf(request),
        items,
        measured: measure(items),
        idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
      };
      services.spendingLimits.note(await database.write(pushItems, push, request.caller));
      return reply.code(201).send({});
    },
  );

  app.get(
    `${prefix}/items`,
    { config: { access: { attempt: 'readStorage', storage: mount }, effect: 'reads' }, exposeHeadRoute: false },
    async (request, reply) => {
      return sendItems(services, request, reply, await storageOf(request));
    },
  );

  app.head(
    `${prefix}/items`,
    { config: { access: { attempt: 'readStorage', storage: mount }, effect: 'reads' } },
    async (request, reply) => {
      const query = queryOf(request);
      const wanted = wantedOf(query);
      const format = formatOf(query);
      const { dataset, stretch } = await open(request, wanted, false);
      describeItems(reply, wanted, dataset.item_count, stretch.count);
      return reply.type(format.contentType).send();
    },
  );

  app.get(
    `${prefix}/statistics`,
    { config: { access: { attempt: 'readStorage', storage: mount }, effect: 'reads' } },
    async (request) => {
      const all = { offset: 0, limit: Number.MAX_SAFE_INTEGER, desc: false };
      const statistics = new DatasetStatistics();
      for await (const page of pagesOf(database, request.caller, await open(request, all, true))) {
        for (const json of page) statistics.add(JSON.parse(json) as Item);
      }
      return { data: { fieldStatistics: statistics.result() } };
    },
  );
}
