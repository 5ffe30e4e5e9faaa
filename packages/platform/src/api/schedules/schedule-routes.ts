import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sealAction } from '../../schedules/action-secrets.ts';
import { checkScheduleBody } from '../../schedules/schedule-settings.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  getScheduleLog,
  listSchedules,
  updateSchedule,
} from '../../schedules/schedules.ts';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { pageOf } from '../../shared/paging.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import { pagingOf, queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';

const account = { attempt: 'account' } as const;

export function registerScheduleRoutes(app: FastifyInstance, services: RunServices): void {
  const { database } = services;
  const addressed = (request: FastifyRequest) => ({
    userId: userIdOf(request),
    schedule: (request.params as { scheduleId: string }).scheduleId,
  });

  app.get('/v2/schedules', { config: { access: account, effect: 'reads' } }, async (request) => {
    const paging = pagingOf(queryOf(request));
    const listing = { userId: userIdOf(request), ...paging };
    const { total, items } = await database.read(listSchedules, listing, request.caller);
    return { data: pageOf(paging, total, items) };
  });

  app.get('/wherry/v1/schedules', { config: { access: account, effect: 'reads' } }, async (request) => {
    const query = queryOf(request);
    const paging = pagingOf(query);
    if (query.actorId && query.taskId) throw invalidInput('Give either "actorId" or "taskId".');
    const targetId = query.actorId || query.taskId;
    const listing = { userId: userIdOf(request), ...(targetId && { targetId }), ...paging };
    const { total, items } = await database.read(listSchedules, listing, request.caller);
    return { data: pageOf(paging, total, items) };
  });

  app.post('/v2/schedules', { config: { access: account, effect: 'savesState' } }, async (request, reply) => {
    const schedule = { userId: userIdOf(request), id: newId(), ...(await receive(services, request)) };
    noteMade(request, schedule.id);
    const data = await database.write(createSchedule, schedule, request.caller);
    services.schedules.wake();
    reply.code(201).header('location', `${services.publicUrl}/v2/schedules/${schedule.id}`);
    return { data };
  });

  app.get('/v2/schedules/:scheduleId', { config: { access: account, effect: 'reads' } }, async (request) => {
    return { data: await database.read(getSchedule, addressed(request), request.caller) };
  });

  app.put('/v2/schedules/:scheduleId', { config: { access: account, effect: 'savesState' } }, async (request) => {
    const update = { ...addressed(request), ...(await receive(services, request)) };
    const data = await database.write(updateSchedule, update, request.caller);
    services.schedules.wake();
    return { data };
  });

  app.delete(
    '/v2/schedules/:scheduleId',
    { config: { access: account, effect: 'savesState' } },
    async (request, reply) => {
      await database.write(deleteSchedule, addressed(request), request.caller);
      return reply.code(204).send();
    },
  );

  app.get('/v2/schedules/:scheduleId/log', { config: { access: account, effect: 'reads' } }, async (request) => {
    return { data: await database.read(getScheduleLog, addressed(request), request.caller) };
  });
}

/** What was sent, checked and with its secrets encrypted. */
async function receive(services: RunServices, request: FastifyRequest) {
  const input = checkScheduleBody(request.body);
  const owner = { userId: userIdOf(request), caller: request.caller };
  const actions = input.actions && (await Promise.all(input.actions.map((each) => sealAction(services, owner, each))));
  return { input: { ...input, ...(actions && { actions }) }, actionIds: (actions ?? []).map(() => newId()) };
}
