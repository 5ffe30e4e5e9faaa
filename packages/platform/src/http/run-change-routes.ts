import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import { prepareResurrection } from '../runs/resurrection.ts';
import { setGeneralAccess } from '../runs/run-access.ts';
import { deleteRun } from '../runs/run-deletion.ts';
import { getRun } from '../runs/run-record.ts';
import { bodyChecker } from './checked-body.ts';
import { acceptEmptyBodies } from './empty-body.ts';
import { booleanOf } from './envelope.ts';
import { queryOf } from './query.ts';
import { type RunMount, runMounts } from './run-mounts.ts';
import { runWishesOf } from './run-query.ts';
import { changedRun } from './run-reading.ts';
import type { RunServices } from './services.ts';
import { generalAccesses } from './storage-routes.ts';

/** How long a graceful abort waits for the Actor; Apify's own time. */
const abortGraceMs = 30_000;
/** How long a deletion waits for the last container of a run to be gone. */
const deletionWaitMs = 10_000;
const deletionPollMs = 20;

/** What is done to a run by and large without a body: abort, reboot, resurrect, change, delete. */
export function registerRunChangeRoutes(app: FastifyInstance, services: RunServices): void {
  app.register(async (scope) => {
    acceptEmptyBodies(scope);
    for (const mount of runMounts) {
      registerEnds(scope, services, mount);
      registerGoingOn(scope, services, mount);
      registerUpdate(scope, services, mount);
    }
  });
}

const findRun = async ({ database }: RunServices, { addressOf }: RunMount, request: FastifyRequest) =>
  (await database.read(getRun, { address: addressOf(request) }, request.caller)).state;

function registerEnds(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  const { database, runControl, clock, logs } = services;

  app.post(`${mount.prefix}/abort`, async (request) => {
    const graceMs = booleanOf(queryOf(request), 'gracefully') === true ? abortGraceMs : 0;
    const { id } = await findRun(services, mount, request);
    await runControl.change(id, { kind: 'abort', graceMs }, request.caller);
    return changedRun(services, mount.addressOf(request).userId, id);
  });

  app.delete(mount.prefix, async (request, reply) => {
    const { id: runId } = await findRun(services, mount, request);
    const address = { kind: 'id', userId: mount.addressOf(request).userId, runId } as const;
    const until = clock.now() + deletionWaitMs;
    while ((await database.write(deleteRun, { address }, request.caller)).kind === 'ending') {
      if (clock.now() >= until) throw stillEnding(runId);
      await delay(deletionPollMs);
    }
    await logs.remove(runId);
    return reply.code(204).send();
  });
}

const stillEnding = (runId: string) =>
  new Refusal(
    409,
    'run-still-ending',
    `A container of the run ${runId} is still being stopped. Delete it a bit later.`,
  );

function registerGoingOn(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  const { database, runControl } = services;

  app.post(`${mount.prefix}/reboot`, async (request) => {
    const { id } = await findRun(services, mount, request);
    await runControl.reboot(id, request.caller);
    return changedRun(services, mount.addressOf(request).userId, id);
  });

  app.post(`${mount.prefix}/resurrect`, async (request) => {
    const wishes = runWishesOf(queryOf(request));
    const address = mount.addressOf(request);
    const { runId, ...more } = await database.read(prepareResurrection, { address, wishes }, request.caller);
    const serverId = await runControl.placeNew();
    await runControl.change(runId, { kind: 'resurrect', serverId, ...more }, request.caller);
    await runControl.adopt(runId);
    return changedRun(services, address.userId, runId);
  });
}

interface UpdateBody {
  readonly runId?: string | null;
  readonly statusMessage?: string | null;
  readonly isStatusMessageTerminal?: boolean | null;
  readonly generalAccess?: string | null;
}

const checkUpdate = bodyChecker<UpdateBody>({
  type: 'object',
  properties: {
    runId: { type: 'string', nullable: true },
    statusMessage: { type: 'string', nullable: true },
    isStatusMessageTerminal: { type: 'boolean', nullable: true },
    generalAccess: { enum: [...generalAccesses, null] },
  },
});

function registerUpdate(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  app.put(mount.prefix, async (request) => {
    const body = checkUpdate(request.body);
    const { id } = await findRun(services, mount, request);
    checkSense(body, id);
    const { userId } = mount.addressOf(request);
    const address = { kind: 'id', userId, runId: id } as const;
    if (body.statusMessage) {
      const isTerminal = body.isStatusMessageTerminal === true;
      const change = { kind: 'setStatusMessage', message: body.statusMessage, isTerminal } as const;
      await services.runControl.change(id, change, request.caller);
    }
    if (body.generalAccess) {
      await services.database.write(setGeneralAccess, { address, generalAccess: body.generalAccess }, request.caller);
    }
    return changedRun(services, userId, id);
  });
}

function checkSense({ runId, statusMessage, isStatusMessageTerminal }: UpdateBody, id: string): void {
  if (runId && runId !== id) {
    throw new Refusal(
      400,
      'id-does-not-match',
      `The body names the run "${runId}", the URL names ${id}. Nothing changed.`,
    );
  }
  if (isStatusMessageTerminal && !statusMessage) {
    throw new Refusal(
      400,
      'cannot-set-is-status-message-terminal',
      'Send the last status message along with "isStatusMessageTerminal". Nothing was changed.',
    );
  }
}
