import type { FastifyInstance } from 'fastify';
import { namesOf } from '../../runs/operations/run-names.ts';
import { drainServer, serverOf } from '../../runs/supervisor/server-drain.ts';
import { isoTime } from '../../shared/time.ts';
import type { HandoffServices } from '../services.ts';

type Params = { serverId: string };

export function registerServerRoutes(app: FastifyInstance, services: HandoffServices): void {
  const { supervisor, servers } = services;
  app.get('/wherry/v1/servers', { config: { access: 'administrator', effect: 'reads' } }, async () => ({
    data: { items: servers.list(supervisor.load()) },
  }));

  app.get(
    '/wherry/v1/servers/:serverId/runs',
    { config: { access: 'administrator', effect: 'reads' } },
    async (request) => {
      const { serverId } = request.params as Params;
      servers.check(serverId);
      return { data: { items: await runsOn(services, serverId) } };
    },
  );

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

/** One item for each attempt that is on the server, or comes or goes. */
async function runsOn({ supervisor, database }: HandoffServices, serverId: string) {
  const found = supervisor.attemptsOn(serverId);
  const named = found.map(({ run: { actorId, userId } }) => ({ actorId, userId }));
  // Administrators see where the runs of all users are.
  const { actors, users } = await database.read(namesOf, named, { kind: 'platform' });
  return found.map(({ run, attempt }) => ({
    runId: run.id,
    actorId: run.actorId,
    actorName: actors[run.actorId] ?? null,
    username: users[run.userId]!,
    attempt: attempt.number,
    phase: attempt.phase,
    memoryMbytes: run.options.memoryMbytes,
    startedAt: isoTime(run.startedAt),
  }));
}
