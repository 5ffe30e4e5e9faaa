import type { FastifyInstance } from 'fastify';
import { listAttempts } from '../../runs/operations/run-lists.ts';
import type { HandoffResult } from '../../runs/operations/run-store.ts';
import type { HandoffRequest } from '../../runs/supervisor/run-control.ts';
import type { SampleSeries } from '../../runs/supervisor/run-samples.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import type { HandoffServices } from '../services.ts';
import { wherryRunMount } from './run-mounts.ts';

type Params = { runId: string };

const checkHandoffRequest = bodyChecker<Partial<HandoffRequest>>({
  type: 'object',
  properties: { mode: { enum: ['warm', 'cold', 'lost'] }, server: { type: 'string', minLength: 1 } },
});

const apiSamples = ({ everyMs, items }: SampleSeries) => ({
  everyMs,
  items: items.map(({ at, ...sample }) => ({ at: isoTime(at), ...sample })),
});

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
      const drainStartedAt = isoTimeOrNull(supervisor.drainStartedAt(runId));
      const withDrain = (item: HandoffResult) => (item.phase === 'requested' ? { ...item, drainStartedAt } : item);
      return { data: { items: items.map(withDrain) } };
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
