import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openDataset, pagesOf, type Wanted } from '../../storages/datasets/page.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, type Query, queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import { formatOf, formatOptionsOf, shapeOf, wantedOf } from './items-query.ts';

export const openItems = (
  { database }: Services,
  request: FastifyRequest,
  wanted: { address: string; wanted: Wanted; withPage: boolean },
) => database.read(openDataset, { userId: userIdOf(request), ...wanted }, request.caller);

/** The parameters of a request for a dataset's items. @throws Refusal 400 for an invalid parameter */
export const itemsQueryOf = (query: Query) => ({
  wanted: wantedOf(query),
  shape: shapeOf(query),
  format: formatOf(query),
  options: formatOptionsOf(query),
  isAttachment: booleanOf(query, 'attachment') === true,
});

/** Sends items of a dataset, as the request's parameters ask for them. */
export async function sendItems(services: Services, request: FastifyRequest, reply: FastifyReply, address: string) {
  const query = queryOf(request);
  const { wanted, shape, format, options, isAttachment } = itemsQueryOf(query);
  const opened = await openItems(services, request, { address, wanted, withPage: true });
  describeItems(reply, wanted, opened.dataset.item_count, opened.stretch.count);
  if (isAttachment) {
    reply.header('content-disposition', `attachment; filename="${opened.dataset.id}.${query.format || 'json'}"`);
  }
  const body = format.write(() => pagesOf(services.database, request.caller, opened), shape, options);
  return reply.type(format.contentType).send(Readable.from(body, { objectMode: false }));
}

/** Sets the paging headers. Like Apify, `count` is the number of items read, before any are skipped or unwound. */
export function describeItems(reply: FastifyReply, wanted: Wanted, total: number, count: number): void {
  reply.headers({
    'x-apify-pagination-offset': wanted.offset,
    'x-apify-pagination-limit': wanted.limit,
    'x-apify-pagination-count': count,
    'x-apify-pagination-total': total,
    'x-apify-pagination-desc': String(wanted.desc),
  });
}
