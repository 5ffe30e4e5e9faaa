import type { FastifyInstance } from 'fastify';
import { drainServer, serverOf } from '../../runs/supervisor/server-drain.ts';
import type { HandoffServices } from '../services.ts';

type Params = { serverId: string };

export function registerServerRoutes(app: FastifyInstance, { supervisor, servers }: HandoffServices): void {
  app.get('/health', { config: { public: true } }, async () => ({ status: 'ok' }));

  app.get('/wherry/v1/servers', async () => ({ data: { items: servers.list(supervisor.activeAttempts()) } }));

  app.post('/wherry/v1/servers/:serverId/drain', async (request) => {
    const { serverId } = request.params as Params;
    return { data: await drainServer({ supervisor, servers, caller: request.caller }, serverId) };
  });

  app.post('/wherry/v1/servers/:serverId/undrain', async (request) => {
    const { serverId } = request.params as Params;
    await servers.setDraining(serverId, false);
    return { data: serverOf(supervisor, servers, serverId) };
  });
}
