import type { FastifyInstance, FastifyRequest } from 'fastify';
import { grantsOf } from '../../builds/input/input-grants.ts';
import {
  dropMetamorphInput,
  type MetamorphInput,
  type MetamorphTarget,
  metamorphChange,
  prepareMetamorph,
  storeMetamorphInput,
} from '../../runs/operations/metamorph.ts';
import { discardInput, receiveInput, storeInput } from '../../runs/start/run-input.ts';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { withRawBodies } from '../bodies.ts';
import { queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { type RunMount, runMounts } from './run-mounts.ts';
import { changedRun } from './run-reading.ts';

/** Turns a run into one of another Actor. The body, of any type, is its new input. */
export function registerRunMetamorphRoutes(app: FastifyInstance, services: RunServices): void {
  withRawBodies(app, (scope) => {
    for (const mount of runMounts) registerMetamorph(scope, services, mount);
  });
}

function registerMetamorph(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  const { prefix, addressOf } = mount;
  app.post(
    `${prefix}/metamorph`,
    { config: { access: { attempt: 'onlyOwnRun', run: mount }, effect: 'savesState' } },
    async (request) => {
      const { targetActorId: actor, build } = queryOf(request);
      if (!actor) throw invalidInput('Name the Actor that the run becomes in the parameter "targetActorId".');
      const address = addressOf(request);
      const wanted = { address, actor, build: build || undefined };
      const { database, files, inputSecrets } = services;
      const target = await database.read(prepareMetamorph, wanted, request.caller);
      const sent = { body: request.body as Buffer | undefined, contentType: request.headers['content-type'] };
      const input = await receiveInput(inputSecrets, address.userId, target.build, sent);
      const stored = { input: await storeInput(files, input), grants: grantsOf(target.build.inputSchema, input) };
      await metamorph(services, request, target, stored);
      return changedRun(services, address.userId, target.runId);
    },
  );
}

async function metamorph(
  services: RunServices,
  request: FastifyRequest,
  { runId, build }: MetamorphTarget,
  { input, grants }: Pick<MetamorphInput, 'input' | 'grants'>,
): Promise<void> {
  const { database, runControl, files } = services;
  const handoffId = newId();
  const ofBuild = { id: build.id, actorId: build.actorId, number: build.number };
  const stored = { runId, handoffId, build: ofBuild, input, grants };
  const wanted = await database.write(storeMetamorphInput, stored, request.caller).catch(async (error: unknown) => {
    if (error instanceof Refusal) await discardInput(files, input);
    throw error;
  });
  try {
    await runControl.change(runId, metamorphChange(handoffId, wanted), request.caller);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const drop = { runId, key: wanted.inputKey };
    const blobId = await database.write(dropMetamorphInput, drop, { kind: 'platform' });
    if (blobId !== null) await files.remove(blobId);
    throw error;
  }
}
