import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOpenApi, describedBuild } from '../../builds/actor-openapi.ts';
import { isTerminal } from '../../builds/build-row.ts';
import {
  abortBuild,
  actorBuildId,
  actorInputSchema,
  type BuildAddress,
  createBuild,
  deleteBuild,
  getBuild,
  listBuilds,
} from '../../builds/builds.ts';
import { prepareInput } from '../../builds/input/input.ts';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { pageOf } from '../../shared/paging.ts';
import { actorPaths } from '../actors/actor-paths.ts';
import { noteMade } from '../audited-calls.ts';
import { withRawBodies } from '../bodies.ts';
import { metaOf, userIdOf } from '../caller.ts';
import { booleanOf, pagingOf, queryOf, waitMsOf } from '../query.ts';
import type { ActorServices } from '../services.ts';

interface Params {
  readonly actorId?: string;
  readonly buildId: string;
}

export function registerBuildRoutes(app: FastifyInstance, services: ActorServices): void {
  registerBuild(app, services, '/v2/actor-builds/:buildId');
  registerList(app, services, '/v2/actor-builds');
  app.delete(
    '/v2/actor-builds/:buildId',
    { config: { access: { attempt: 'account' }, effect: 'savesState' } },
    async (request, reply) => {
      const buildId = await services.database.write(deleteBuild, addressOf(request), request.caller);
      await services.builder.removeFiles(buildId);
      return reply.code(204).send();
    },
  );
  for (const path of actorPaths) {
    registerList(app, services, `${path}/:actorId/builds`);
    registerStart(app, services, `${path}/:actorId/builds`);
    registerDefault(app, services, `${path}/:actorId/builds/default`);
    registerBuild(app, services, `${path}/:actorId/builds/:buildId`);
  }
  withRawBodies(app, (scope) => {
    for (const path of actorPaths) registerValidation(scope, services, `${path}/:actorId/validate-input`);
  });
}

function addressOf(request: FastifyRequest): BuildAddress {
  const { actorId, buildId } = request.params as Params;
  return { userId: userIdOf(request), buildId, ...(actorId !== undefined && { actor: actorId }) };
}

/** Resolves with the build, once it is over or the time that the request allows has passed. */
async function awaitBuild({ database, builder }: ActorServices, request: FastifyRequest, address: BuildAddress) {
  const read = () => database.read(getBuild, address, request.caller);
  const waitMs = waitMsOf(queryOf(request));
  if (waitMs > 0) {
    await builder.waitForEnd(address.buildId, waitMs, async () => isTerminal((await read()).status));
  }
  return read();
}

function registerList(app: FastifyInstance, { database }: ActorServices, path: string): void {
  app.get(path, { config: { access: { attempt: 'account' }, effect: 'reads' } }, async (request) => {
    const paging = pagingOf(queryOf(request));
    const { actorId } = request.params as Partial<Params>;
    const listing = { userId: userIdOf(request), ...(actorId !== undefined && { actor: actorId }), ...paging };
    const { total, items } = await database.read(listBuilds, listing, request.caller);
    return { data: pageOf(paging, total, items) };
  });
}

function registerStart(app: FastifyInstance, services: ActorServices, path: string): void {
  const { database, builder } = services;
  app.post(path, { config: { access: { attempt: 'account' }, effect: 'savesState' } }, async (request, reply) => {
    const query = queryOf(request);
    if (!query.version) throw invalidInput('Name the version to build with the parameter "version", such as "0.1".');
    waitMsOf(query);
    const useCache = booleanOf(query, 'useCache');
    const betaPackages = booleanOf(query, 'betaPackages');
    const options = {
      ...(useCache !== undefined && { useCache }),
      ...(betaPackages !== undefined && { betaPackages }),
    };
    const build = {
      id: newId(),
      userId: userIdOf(request),
      actor: (request.params as Params).actorId!,
      version: query.version,
      tag: query.tag || undefined,
      options,
      meta: metaOf(request),
    };
    noteMade(request, build.id);
    await database.write(createBuild, build, request.caller);
    builder.wake();
    reply.code(201).header('location', `${services.publicUrl}/v2/actor-builds/${build.id}`);
    return { data: await awaitBuild(services, request, { userId: build.userId, buildId: build.id }) };
  });
}

function registerDefault(app: FastifyInstance, services: ActorServices, path: string): void {
  app.get(path, { config: { access: { attempt: 'readActorSource' }, effect: 'reads' } }, async (request) => {
    const userId = userIdOf(request);
    const wanted = { userId, actor: (request.params as Params).actorId!, build: undefined };
    const buildId = await services.database.read(actorBuildId, wanted, request.caller);
    return { data: await awaitBuild(services, request, { userId, buildId }) };
  });
}

function registerBuild(app: FastifyInstance, services: ActorServices, path: string): void {
  app.get(path, { config: { access: { attempt: 'readBuild' }, effect: 'reads' } }, async (request) => ({
    data: await awaitBuild(services, request, addressOf(request)),
  }));

  app.post(`${path}/abort`, { config: { access: { attempt: 'account' }, effect: 'savesState' } }, async (request) => {
    const build = await services.database.write(abortBuild, addressOf(request), request.caller);
    // A build that had not started is over now; the builder wakes the calls that wait for it.
    if (build.status === 'ABORTING' || build.status === 'ABORTED') services.builder.stop(build.id);
    return { data: build };
  });

  // Without an envelope, as on Apify.
  app.get(
    `${path}/openapi.json`,
    { config: { access: { attempt: 'readBuild' }, effect: 'reads' } },
    async (request) => {
      const build = await services.database.read(describedBuild, addressOf(request), request.caller);
      return actorOpenApi(build, services.publicUrl);
    },
  );
}

function registerValidation(app: FastifyInstance, { database }: ActorServices, path: string): void {
  app.post(path, { config: { access: { attempt: 'account' }, effect: 'reads' } }, async (request) => {
    const { actorId: actor } = request.params as Params;
    const wanted = { userId: userIdOf(request), actor: actor!, build: queryOf(request).build || undefined };
    const inputSchema = await database.read(actorInputSchema, wanted, request.caller);
    await prepareInput(inputSchema, request.body as Buffer | undefined, 'application/json');
    // The only response of Apify's API without an envelope.
    return { valid: true };
  });
}
