import type { FastifyInstance } from 'fastify';
import { listAttempts } from '../../runs/operations/run-lists.ts';
import type { HandoffRequest } from '../../runs/supervisor/run-control.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { userIdOf } from '../caller.ts';
import type { HandoffServices } from '../services.ts';

type Params = { runId: string };

const checkHandoffRequest = bodyChecker<Partial<HandoffRequest>>({
  type: 'object',
  properties: { mode: { enum: ['warm', 'cold', 'lost'] }, server: { type: 'string', minLength: 1 } },
});

/** A run's attempts and handoffs, and the route that moves it. */
export function registerHandoffRoutes(app: FastifyInstance, { database, supervisor, runStore }: HandoffServices): void {
  app.get('/wherry/v1/runs/:runId/attempts', async (request) => {
    const input = { userId: userIdOf(request), runId: (request.params as Params).runId };
    return { data: { items: await database.read(listAttempts, input, request.caller) } };
  });

  app.get('/wherry/v1/runs/:runId/handoffs', async (request) => {
    return { data: { items: await runStore.handoffs((request.params as Params).runId, request.caller) } };
  });

  app.post('/wherry/v1/runs/:runId/migrate', async (request) => {
    const { mode = 'warm', server } = checkHandoffRequest(request.body ?? {});
    const handoff = { mode, ...(server !== undefined && { server }) };
    return { data: await supervisor.migrate((request.params as Params).runId, handoff, request.caller) };
  });
}
