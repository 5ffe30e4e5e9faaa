import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { pageOf } from '../../shared/paging.ts';
import { getDispatch, listDispatches, resendDispatch, testWebhook } from '../../webhooks/dispatches.ts';
import { checkWebhookBody } from '../../webhooks/webhook-settings.ts';
import { createWebhook, deleteWebhook, getWebhook, listWebhooks, updateWebhook } from '../../webhooks/webhooks.ts';
import { actorPaths, taskPath } from '../actors/actor-paths.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import { pagingOf, queryOf } from '../query.ts';
import type { Services } from '../services.ts';

interface Params {
  readonly webhookId: string;
  readonly dispatchId: string;
  readonly actorId?: string;
  readonly actorTaskId?: string;
}

const webhookPath = '/v2/webhooks/:webhookId';
const reading = { access: { attempt: 'account' }, effect: 'reads' } as const;
const changing = { access: { attempt: 'account' }, effect: 'savesState' } as const;

const addressOf = (request: FastifyRequest) => ({
  userId: userIdOf(request),
  webhookId: (request.params as Params).webhookId,
});

/** Webhooks and the log of their dispatches. */
export function registerWebhookRoutes(app: FastifyInstance, services: Services): void {
  registerLists(app, services);
  registerCreation(app, services);
  registerWebhook(app, services);
  registerDispatches(app, services);
}

function registerLists(app: FastifyInstance, { database }: Services): void {
  for (const url of [
    '/v2/webhooks',
    ...actorPaths.map((path) => `${path}/:actorId/webhooks`),
    `${taskPath}/:actorTaskId/webhooks`,
  ]) {
    app.get(url, { config: reading }, async (request) => {
      const paging = pagingOf(queryOf(request));
      const { actorId: actor, actorTaskId: task } = request.params as Params;
      const owner = { ...(actor !== undefined && { actor }), ...(task !== undefined && { task }) };
      const listing = { userId: userIdOf(request), ...owner, ...paging };
      const { total, items } = await database.read(listWebhooks, listing, request.caller);
      return { data: pageOf(paging, total, items) };
    });
  }
}

function registerCreation(app: FastifyInstance, { database }: Services): void {
  const config = { access: { attempt: 'addWebhook' }, effect: 'savesState' } as const;
  app.post('/v2/webhooks', { config }, async (request, reply) => {
    const input = checkWebhookBody(request.body);
    if (!input.condition) throw invalidInput('The field "condition" is required: what the events happen to.');
    const creation = { id: newId(), userId: userIdOf(request), input };
    noteMade(request, creation.id);
    const webhook = await database.write(createWebhook, creation, request.caller);
    reply.code(201);
    return { data: webhook };
  });
}

function registerWebhook(app: FastifyInstance, { database }: Services): void {
  app.get(webhookPath, { config: reading }, async (request) => ({
    data: await database.read(getWebhook, addressOf(request), request.caller),
  }));

  app.put(webhookPath, { config: changing }, async (request) => {
    const change = { ...addressOf(request), input: checkWebhookBody(request.body) };
    return { data: await database.write(updateWebhook, change, request.caller) };
  });

  app.delete(webhookPath, { config: changing }, async (request, reply) => {
    await database.write(deleteWebhook, addressOf(request), request.caller);
    return reply.code(204).send();
  });

  app.post(`${webhookPath}/test`, { config: changing }, async (request, reply) => {
    const test = { ...addressOf(request), testId: newId() };
    const dispatch = await database.write(testWebhook, test, request.caller);
    reply.code(201);
    return { data: dispatch };
  });
}

function registerDispatches(app: FastifyInstance, { database }: Services): void {
  for (const url of ['/v2/webhook-dispatches', `${webhookPath}/dispatches`]) {
    app.get(url, { config: reading }, async (request) => {
      const paging = pagingOf(queryOf(request));
      const { webhookId } = request.params as Partial<Params>;
      const of = webhookId === undefined ? undefined : { webhookId };
      const listing = { userId: userIdOf(request), of, ...paging };
      const { total, items } = await database.read(listDispatches, listing, request.caller);
      return { data: pageOf(paging, total, items) };
    });
  }
  app.get('/wherry/v1/webhook-dispatches', { config: reading }, async (request) => {
    const query = queryOf(request);
    const paging = pagingOf(query);
    const of = query.runId ? { runId: query.runId } : undefined;
    const listing = { userId: userIdOf(request), of, ...paging };
    const { total, items } = await database.read(listDispatches, listing, request.caller);
    return { data: pageOf(paging, total, items) };
  });
  app.get('/v2/webhook-dispatches/:dispatchId', { config: reading }, async (request) => {
    const { dispatchId } = request.params as Params;
    const wanted = { userId: userIdOf(request), dispatchId };
    return { data: await database.read(getDispatch, wanted, request.caller) };
  });

  app.post('/wherry/v1/webhook-dispatches/:dispatchId/resend', { config: changing }, async (request) => {
    const { dispatchId } = request.params as Params;
    const wanted = { userId: userIdOf(request), dispatchId };
    return { data: await database.write(resendDispatch, wanted, request.caller) };
  });
}
