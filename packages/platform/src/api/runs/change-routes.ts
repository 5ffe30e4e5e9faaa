import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { prepareResurrection } from '../../runs/operations/resurrection.ts';
import { deleteRun } from '../../runs/operations/run-deletion.ts';
import { Refusal } from '../../shared/errors.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { type RunMount, runMounts } from './run-mounts.ts';
import { requestedOptionsOf } from './run-query.ts';
import { changedRun, findRun } from './run-reading.ts';

/** How long a graceful abort waits for the Actor. Apify's own value. */
const abortGraceMs = 30_000;
/** How long a deletion waits until the last container of the run is gone. */
const deletionWaitMs = 10_000;
const deletionPollMs = 20;

/** Changes of a run that have no body: abort, reboot, resurrect, delete. */
export function registerRunChangeRoutes(app: FastifyInstance, services: RunServices): void {
  for (const mount of runMounts) {
    registerEnds(app, services, mount);
    registerRestarts(app, services, mount);
  }
}

function registerEnds(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  const { database, runControl, clock, logs, eraser } = services;

  app.post(
    `${mount.prefix}/abort`,
    { config: { access: { attempt: 'ownRun', run: mount }, effect: 'savesState' } },
    async (request) => {
      const graceMs = booleanOf(queryOf(request), 'gracefully') === true ? abortGraceMs : 0;
      const { id } = await findRun(services, mount, request);
      await runControl.change(id, { kind: 'abort', graceMs }, request.caller);
      return changedRun(services, userIdOf(request), id);
    },
  );

  app.delete(
    mount.prefix,
    { config: { access: { attempt: 'account' }, effect: 'savesState' } },
    async (request, reply) => {
      const { id: runId } = await findRun(services, mount, request);
      const address = { kind: 'id', userId: userIdOf(request), runId } as const;
      const until = clock.monotonicMs() + deletionWaitMs;
      let deletion = await database.write(deleteRun, { address }, request.caller);
      while (deletion.kind === 'ending') {
        if (clock.monotonicMs() >= until) throw stillEnding(runId);
        await delay(deletionPollMs);
        deletion = await database.write(deleteRun, { address }, request.caller);
      }
      if (!deletion.isOver) eraser.wake();
      await logs.remove(runId);
      return reply.code(204).send();
    },
  );
}

const stillEnding = (runId: string) =>
  new Refusal(
    409,
    'run-still-ending',
    `A container of the run ${runId} is still being stopped. Delete it a bit later.`,
  );

function registerRestarts(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  const { database, runControl, maxRuns, maxUserMbytes } = services;

  app.post(
    `${mount.prefix}/reboot`,
    { config: { access: { attempt: 'ownRun', run: mount }, effect: 'savesState' } },
    async (request) => {
      const { id } = await findRun(services, mount, request);
      await runControl.reboot(id, request.caller);
      return changedRun(services, userIdOf(request), id);
    },
  );

  app.post(
    `${mount.prefix}/resurrect`,
    { config: { access: { attempt: 'account' }, effect: 'savesState', scope: 'run' } },
    async (request) => {
      const requested = requestedOptionsOf(queryOf(request));
      const address = mount.addressOf(request);
      const prepared = await database.read(prepareResurrection, { address, requested }, request.caller);
      const { runId, ...more } = prepared;
      const { memoryMbytes } = more.options;
      const place = await runControl.placeNew({ userId: userIdOf(request), memoryMbytes });
      try {
        const usualLimits = { maxRuns, maxUserMbytes };
        const change = { kind: 'resurrect', serverId: place.serverId, usualLimits, ...more } as const;
        await runControl.change(runId, change, request.caller);
        await runControl.supervise(runId);
      } finally {
        place.release();
      }
      return changedRun(services, userIdOf(request), runId);
    },
  );
}
