import type { FastifyInstance } from 'fastify';
import { actorStatistics } from '../../runs/operations/actor-statistics.ts';
import { userIdOf } from '../caller.ts';
import type { RunServices } from '../services.ts';

/** What the last runs of an Actor took and gave. */
export function registerStatisticsRoutes(app: FastifyInstance, { database, runControl }: RunServices): void {
  app.get(
    '/wherry/v1/actors/:actorId/statistics',
    { config: { access: { attempt: 'account' }, effect: 'reads' } },
    async (request) => {
      const { actorId: actor } = request.params as { actorId: string };
      const rows = await database.read(actorStatistics, { userId: userIdOf(request), actor }, request.caller);
      const items = rows.map((row) => {
        // A run that is not over is measured, but nothing of it is stored.
        const memoryMaxBytes = runControl.usageOf(row.runId)?.memMaxBytes ?? row.memoryMaxBytes;
        return { ...row, memoryMaxBytes };
      });
      return { data: { items } };
    },
  );
}
