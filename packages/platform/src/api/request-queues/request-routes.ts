import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidInput, notFound } from '../../shared/errors.ts';
import { requestIdOf } from '../../shared/ids.ts';
import { addToQueue, checkRequestId, deleteRequests, updateRequest } from '../../storages/request-queues/change.ts';
import { newRequestOf } from '../../storages/request-queues/input.ts';
import { getRequest, listRequests } from '../../storages/request-queues/page.ts';
import type { Services } from '../services.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';
import { markInFlight, unmarkInFlight } from './in-flight.ts';
import { cursorAfter, filterOf, forefrontOf, limitOf, pageStartOf, queueCallOf, requestIdIn } from './request-query.ts';

/** Apify's limit; its clients split larger batches. */
const maxBatch = 25;

/** Add, read, change and delete requests, one by one and in batches. */
export function registerRequestRoutes(app: FastifyInstance, services: Services, mount: StorageMount): void {
  registerCollection(app, services, mount);
  registerBatches(app, services, mount);
  registerSingle(app, services, mount);
}

function registerCollection(app: FastifyInstance, { database }: Services, mount: StorageMount): void {
  const url = `${mount.prefix}/requests`;

  app.post(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access, query } = await queueCallOf(request, mount);
      const requests = [newRequestOf(request.body, 'the request')];
      const { added } = await database.write(
        addToQueue,
        { access, requests, forefront: forefrontOf(query) },
        request.caller,
      );
      const { requestId, wasAlreadyPresent, wasAlreadyHandled } = added[0]!;
      reply.code(201);
      return { data: { requestId, wasAlreadyPresent, wasAlreadyHandled } };
    },
  );

  app.get(
    url,
    { config: { access: { attempt: 'readStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access, query } = await queueCallOf(request, mount);
      const limit = limitOf(query, 1000, 10_000);
      const filter = filterOf(query);
      if (filter.length > 0 && query.exclusiveStartId !== undefined) {
        throw invalidInput('"filter" does not go with "exclusiveStartId". Use "cursor".');
      }
      const input = { access, afterId: pageStartOf(query), limit, filter };
      const { page, more } = await database.read(listRequests, input, request.caller);
      const { exclusiveStartId, cursor } = query;
      const rest = JSON.stringify({
        limit,
        exclusiveStartId,
        cursor,
        ...(more && { nextCursor: cursorAfter(page.at(-1)!.id) }),
      });
      return sendJson(reply, `{"items":[${page.map(({ json }) => json).join(',')}],${rest.slice(1)}`);
    },
  );
}

function registerBatches(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database, inFlightRequests } = services;
  const url = `${mount.prefix}/requests/batch`;

  app.post(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access, query } = await queueCallOf(request, mount);
      const requests = batchOf(request.body).map((each, index) => newRequestOf(each, `requests[${index}]`));
      const { added } = await database.write(
        addToQueue,
        { access, requests, forefront: forefrontOf(query) },
        request.caller,
      );
      reply.code(201);
      return { data: { processedRequests: added, unprocessedRequests: [] } };
    },
  );

  app.delete(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request) => {
      const { access } = await queueCallOf(request, mount);
      const named = batchOf(request.body).map(namedRequestOf);
      const requestIds = named.map(({ id, uniqueKey }) => id ?? requestIdOf(uniqueKey!));
      const { queueId } = await database.write(deleteRequests, { access, requestIds }, request.caller);
      unmarkInFlight(inFlightRequests, request.caller, queueId, requestIds);
      return { data: { processedRequests: named, unprocessedRequests: [] } };
    },
  );
}

function registerSingle(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database, inFlightRequests } = services;
  const url = `${mount.prefix}/requests/:requestId`;

  app.get(
    url,
    { config: { access: { attempt: 'readStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access } = await queueCallOf(request, mount);
      const requestId = requestIdIn(request);
      const { queueId, json, handled } = await database.read(getRequest, { access, requestId }, request.caller);
      if (!handled) markInFlight(inFlightRequests, request.caller, queueId, requestId);
      return sendJson(reply, json);
    },
  );

  app.put(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'endsWork' } },
    async (request) => {
      const { access, query } = await queueCallOf(request, mount);
      const requestId = requestIdIn(request);
      const changed = newRequestOf(request.body, 'the request');
      checkRequestId(requestId, changed);
      const input = { access, request: changed, forefront: forefrontOf(query) };
      const { queueId, locked, ...flags } = await database.write(updateRequest, input, request.caller);
      if (!locked) unmarkInFlight(inFlightRequests, request.caller, queueId, [requestId]);
      return { data: { requestId, ...flags } };
    },
  );

  app.delete(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount }, effect: 'takesWork' } },
    async (request, reply) => {
      const { access } = await queueCallOf(request, mount);
      const requestIds = [requestIdIn(request)];
      const { queueId, deleted } = await database.write(deleteRequests, { access, requestIds }, request.caller);
      if (deleted === 0) throw notFound('Request', requestIds[0]!);
      unmarkInFlight(inFlightRequests, request.caller, queueId, requestIds);
      return reply.code(204).send();
    },
  );
}

/** Requests are stored in the form of the response, so they are sent without being parsed. */
const sendJson = (reply: FastifyReply, json: string): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(`{"data":${json}}`);

function batchOf(body: unknown): unknown[] {
  if (Array.isArray(body) && body.length > 0 && body.length <= maxBatch) return body;
  throw invalidInput(`Send a JSON array of 1 to ${maxBatch} requests. Send more of them in several calls.`);
}

function namedRequestOf(value: unknown, index: number): { id?: string; uniqueKey?: string } {
  const { id, uniqueKey } = (value ?? {}) as { id?: unknown; uniqueKey?: unknown };
  const isName = (name: unknown) => name === undefined || (typeof name === 'string' && name !== '');
  if (!isName(id) || !isName(uniqueKey) || (id === undefined && uniqueKey === undefined)) {
    throw invalidInput(`Name requests[${index}] by its "id" or its "uniqueKey", as a text that is not empty.`);
  }
  if (id !== undefined && uniqueKey !== undefined && id !== requestIdOf(uniqueKey as string)) {
    throw invalidInput(`The "id" and the "uniqueKey" of requests[${index}] are not of one request. Send one of them.`);
  }
  return {
    ...(id !== undefined && { id: id as string }),
    ...(uniqueKey !== undefined && { uniqueKey: uniqueKey as string }),
  };
}
