import type { FastifyInstance } from 'fastify';
import { listAttempts } from '../../runs/operations/run-lists.ts';
import type { HandoffRequest } from '../../runs/supervisor/run-control.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { userIdOf } from '../caller.ts';
import type { HandoffServices } from '../services.ts';
import { wherryRunMount } from './run-mounts.ts';

type Params = { runId: string };

const checkHandoffRequest = bodyChecker<Partial<HandoffRequest>>({
  type: 'object',
  properties: { mode: { enum: ['warm', 'cold', 'lost'] }, server: { type: 'string', minLength: 1 } },
});

/** A run's attempts and handoffs, and the route that moves it. */
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
      return { data: { items: await runStore.handoffs((request.params as Params).runId, request.caller) } };
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
