import type { FastifyInstance } from 'fastify';
import { getProxyTraffic } from '../../runs/operations/run-details.ts';
import { listRuns } from '../../runs/operations/run-lists.ts';
import { pageOf } from '../../shared/paging.ts';
import { startPaths } from '../actors/actor-paths.ts';
import { userIdOf } from '../caller.ts';
import { pagingOf, queryOf, waitMsOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { registerRunChangeRoutes } from './change-routes.ts';
import { registerRunChargeRoutes } from './charge-routes.ts';
import { registerRunMetamorphRoutes } from './metamorph-routes.ts';
import { runMounts, wherryRunMount } from './run-mounts.ts';
import { periodOf, statusesOf } from './run-query.ts';
import { awaitRun, runResponse } from './run-reading.ts';
import { registerRunStartRoutes } from './start-routes.ts';
import { registerRunSyncRoutes } from './sync-routes.ts';
import { registerRunUpdateRoutes } from './update-routes.ts';

/** All routes of runs except those of their storages and logs. */
export function registerRunRoutes(app: FastifyInstance, services: RunServices): void {
  registerReading(app, services);
  registerRunStartRoutes(app, services);
  registerRunSyncRoutes(app, services);
  registerRunChangeRoutes(app, services);
  registerRunUpdateRoutes(app, services);
  registerRunMetamorphRoutes(app, services);
  registerRunChargeRoutes(app, services);
}

function registerReading(app: FastifyInstance, services: RunServices): void {
  const lists = ['/v2/actor-runs', ...startPaths.map((path) => `${path}/runs`)];
  for (const url of lists) {
    app.get(url, { config: { access: { attempt: 'listRuns' }, effect: 'reads' } }, async (request) => {
      const query = queryOf(request);
      const paging = pagingOf(query);
      const { actorId, actorTaskId } = request.params as { actorId?: string; actorTaskId?: string };
      const filter = { statuses: statusesOf(query), ...periodOf(query) };
      const listing = {
        userId: userIdOf(request),
        ...(actorId !== undefined && { actor: actorId }),
        ...(actorTaskId !== undefined && { task: actorTaskId }),
        ...filter,
        prices: services.prices,
        ...paging,
      };
      const { total, items } = await services.database.read(listRuns, listing, request.caller);
      return { data: pageOf(paging, total, items) };
    });
  }
  for (const mount of runMounts) {
    const { prefix, addressOf } = mount;
    app.get(
      prefix,
      { config: { access: { attempt: 'readRun', run: mount, visitor: 'generalAccess' }, effect: 'reads' } },
      async (request) => {
        const waitMs = waitMsOf(queryOf(request));
        const record = await awaitRun(services, addressOf(request), request.caller, waitMs);
        const { data } = await runResponse(services, record);
        if (request.caller.kind !== 'visitor') return { data };
        // Who started the run, and from where, is not what its owner shares.
        return { data: { ...data, meta: { origin: data.meta.origin } } };
      },
    );
  }
  app.get(
    `${wherryRunMount.prefix}/proxy-traffic`,
    { config: { access: { attempt: 'readRun', run: wherryRunMount }, effect: 'reads' } },
    async (request) => {
      const address = wherryRunMount.addressOf(request);
      return { data: { items: await services.database.read(getProxyTraffic, { address }, request.caller) } };
    },
  );
}
