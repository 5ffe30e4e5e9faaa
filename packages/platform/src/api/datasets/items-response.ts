import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidInput, type Refusal } from '../../shared/errors.ts';
import { Slices } from '../../shared/slices.ts';
import { openDataset, pagesOf, type Wanted } from '../../storages/datasets/page.ts';
import { type Item, type Shape, unwoundItems } from '../../storages/datasets/shape.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, type Query, queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import { withView } from './dataset-views.ts';
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
  const query = await withView(services, request, address, queryOf(request));
  const { wanted, shape, format, options, isAttachment } = itemsQueryOf(query);
  const opened = await openItems(services, request, { address, wanted, withPage: true });
  const pages = () => pagesOf(services.database, request.caller, opened);
  if ((shape.unwind?.length ?? 0) > 1) await checkUnwinding(pages(), shape);
  describeItems(reply, wanted, opened.dataset.item_count, opened.stretch.count);
  if (isAttachment) {
    reply.header('content-disposition', `attachment; filename="${opened.dataset.id}.${query.format || 'json'}"`);
  }
  const body = format.write(pages, shape, options);
  return reply.type(format.contentType).send(Readable.from(body, { objectMode: false }));
}

/** The most items that one stored item may become: about the product of the lengths of the fields that are unwound. */
const maxUnwoundItems = 200_000;

/** Reads all pages before the response begins, since it can be refused only then. @throws Refusal 400 `invalid-input` */
async function checkUnwinding(pages: AsyncIterable<readonly string[]>, shape: Shape): Promise<void> {
  const slices = new Slices();
  for await (const page of pages) {
    for (const json of page) {
      let count = 0;
      for (const _item of unwoundItems(JSON.parse(json) as Item, shape)) {
        count += 1;
        if (count > maxUnwoundItems) throw tooManyUnwound(shape);
        if (slices.isOver) await slices.next();
      }
    }
  }
}

const tooManyUnwound = ({ unwind: fields }: Shape): Refusal =>
  invalidInput(
    `One item becomes more than ${maxUnwoundItems} when ${fields!.join(', ')} are unwound together. Unwind fewer fields at once.`,
  );

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
