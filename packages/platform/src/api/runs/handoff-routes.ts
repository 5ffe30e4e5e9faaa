import type { FastifyInstance } from 'fastify';
import { type HandoffResult, handoffOutcomes, listHandoffs } from '../../runs/operations/handoff-lists.ts';
import { listAttempts } from '../../runs/operations/run-lists.ts';
import type { HandoffRequest } from '../../runs/supervisor/run-control.ts';
import type { SampleSeries } from '../../runs/supervisor/run-samples.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, choiceOf, pagingOf, queryOf, timeOf } from '../query.ts';
import type { HandoffServices } from '../services.ts';
import { wherryRunMount } from './run-mounts.ts';

type Params = { runId: string };

const dayMs = 86_400_000;
const modes = ['warm', 'cold', 'lost'] as const;

const checkHandoffRequest = bodyChecker<Partial<HandoffRequest>>({
  type: 'object',
  properties: { mode: { enum: [...modes] }, server: { type: 'string', minLength: 1 } },
});

const apiSamples = ({ everyMs, items }: SampleSeries) => ({
  everyMs,
  items: items.map(({ at, ...sample }) => ({ at: isoTime(at), ...sample })),
});

/** The start of a drain that is under way is in memory alone. */
const withDrain = <Item extends HandoffResult>(item: Item, supervisor: HandoffServices['supervisor']): Item =>
  item.phase === 'requested' ? { ...item, drainStartedAt: isoTimeOrNull(supervisor.drainStartedAt(item.runId)) } : item;

/** The list of many runs. Administrators are shown those of all users, unless they ask for their own. */
export function registerHandoffListRoutes(app: FastifyInstance, services: HandoffServices): void {
  const { database, clock, supervisor } = services;
  app.get('/wherry/v1/handoffs', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const query = queryOf(request);
    const { offset, limit } = pagingOf(query);
    const isAll = request.identity?.role === 'administrator' && booleanOf(query, 'mine') !== true;
    const listing = {
      userId: isAll ? null : userIdOf(request),
      since: timeOf(query, 'since') ?? clock.now() - dayMs,
      server: query.server || undefined,
      mode: choiceOf(query, 'mode', modes),
      outcome: choiceOf(query, 'outcome', handoffOutcomes),
      offset,
      limit,
    };
    const { total, items } = await database.read(listHandoffs, listing, request.caller);
    const shown = items.map((item) => withDrain(item, supervisor));
    return { data: { total, offset, limit, count: items.length, items: shown } };
  });
}

/** A run's attempts and handoffs, what it took meanwhile, and the route that moves it. */
export function registerHandoffRoutes(app: FastifyInstance, { database, supervisor, runStore }: HandoffServices): void {
  app.get(
    `${wherryRunMount.prefix}/attempts`,
    { config: { access: { attempt: 'readRun', run: wherryRunMount }, effect: 'reads' } },
    async (request) => {
      const input = { userId: userIdOf(request), runId: (request.params as Params).runId };
      return { data: { items: await database.read(listAttempts, input, request.caller) } };
    },
  );

  app.get(
    `${wherryRunMount.prefix}/handoffs`,
    { config: { access: { attempt: 'readRun', run: wherryRunMount }, effect: 'reads' } },
    async (request) => {
      const { runId } = request.params as Params;
      const items = await runStore.handoffs(runId, request.caller);
      return { data: { items: items.map((item) => withDrain(item, supervisor)) } };
    },
  );

  app.get(
    `${wherryRunMount.prefix}/samples`,
    { config: { access: { attempt: 'readRun', run: wherryRunMount }, effect: 'reads' } },
    async (request) => {
      const { runId } = request.params as Params;
      // Whether the caller has such a run.
      await runStore.load(runId, request.caller);
      return { data: apiSamples(supervisor.samples.of(runId)) };
    },
  );

  app.post(
    `${wherryRunMount.prefix}/migrate`,
    { config: { access: 'moveRun', effect: 'savesState' } },
    async (request) => {
      const { mode = 'warm', server } = checkHandoffRequest(request.body ?? {});
      const handoff = { mode, ...(server !== undefined && { server }) };
      return { data: await supervisor.migrate((request.params as Params).runId, handoff, request.caller) };
    },
  );
}
