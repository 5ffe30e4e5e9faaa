import type { FastifyInstance } from 'fastify';
import { startPaths } from '../actors/actor-paths.ts';
import { withRawBodies } from '../bodies.ts';
import { userIdOf } from '../caller.ts';
import { queryOf, waitMsOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { awaitRun, runResponse } from './run-reading.ts';
import { startRequestedRun } from './run-start.ts';

/** The start of a run. The body, of any type, is its input. */
export function registerRunStartRoutes(app: FastifyInstance, services: RunServices): void {
  withRawBodies(app, (scope) => {
    for (const path of startPaths) {
      scope.post(
        `${path}/runs`,
        { config: { access: { attempt: 'startRun' }, effect: 'givesResults' } },
        async (request, reply) => {
          const waitMs = waitMsOf(queryOf(request));
          const runId = await startRequestedRun(services, request);
          const address = { kind: 'id', userId: userIdOf(request), runId } as const;
          const record = await awaitRun(services, address, request.caller, waitMs);
          reply.code(201).header('location', `${services.publicUrl}/v2/actor-runs/${runId}`);
          return runResponse(services, record);
        },
      );
    }
  });
}
