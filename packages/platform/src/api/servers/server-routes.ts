import type { FastifyInstance } from 'fastify';
import { drainServer, serverOf } from '../../runs/supervisor/server-drain.ts';
import type { HandoffServices } from '../services.ts';

type Params = { serverId: string };

export function registerServerRoutes(app: FastifyInstance, { supervisor, servers }: HandoffServices): void {
  app.get('/wherry/v1/servers', { config: { access: 'administrator', effect: 'reads' } }, async () => ({
    data: { items: servers.list(supervisor.load()) },
  }));

  app.post(
    '/wherry/v1/servers/:serverId/drain',
    { config: { access: 'administrator', effect: 'savesState' } },
    async (request) => {
      const { serverId } = request.params as Params;
      // The platform moves the runs, whosever they are.
      return { data: await drainServer({ supervisor, servers, caller: { kind: 'platform' } }, serverId) };
    },
  );

  app.post(
    '/wherry/v1/servers/:serverId/undrain',
    { config: { access: 'administrator', effect: 'savesState' } },
    async (request) => {
      const { serverId } = request.params as Params;
      await servers.setDraining(serverId, false);
      return { data: serverOf(supervisor, servers, serverId) };
    },
  );
}
