import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createEnvVar, deleteEnvVar, getEnvVar, listEnvVars, updateEnvVar } from '../../actors/env-vars.ts';
import { type EnvVarInput, envVarSchema, type VersionInput, versionSchema } from '../../actors/version-settings.ts';
import { createVersion, deleteVersion, getVersion, listVersions, updateVersion } from '../../actors/versions.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';
import { actorPaths } from './actor-paths.ts';

interface Params {
  readonly actorId: string;
  readonly versionNumber: string;
  readonly name: string;
}

const checkVersion = bodyChecker<VersionInput>(versionSchema);
const checkNewEnvVar = bodyChecker<EnvVarInput>({ ...envVarSchema, required: ['name', 'value'] });
const checkEnvVar = bodyChecker<Partial<EnvVarInput>>({ ...envVarSchema, required: [] });

const actorOf = (request: FastifyRequest) => ({
  userId: userIdOf(request),
  actor: (request.params as Params).actorId,
});
const versionOf = (request: FastifyRequest) => ({
  ...actorOf(request),
  versionNumber: (request.params as Params).versionNumber,
});
const envVarOf = (request: FastifyRequest) => ({ ...versionOf(request), name: (request.params as Params).name });

export function registerActorVersionRoutes(app: FastifyInstance, services: Services): void {
  for (const path of actorPaths) {
    registerVersions(app, services, `${path}/:actorId/versions`);
    registerEnvVars(app, services, `${path}/:actorId/versions/:versionNumber/env-vars`);
  }
}

function registerVersions(app: FastifyInstance, { database }: Services, path: string): void {
  app.get(path, { config: { access: { attempt: 'readActorSource' }, effect: 'reads' } }, async (request) => {
    const items = await database.read(listVersions, actorOf(request), request.caller);
    return { data: { total: items.length, items } };
  });

  app.post(path, { config: { access: { attempt: 'changeActor' }, effect: 'savesState' } }, async (request, reply) => {
    const input = { ...actorOf(request), input: checkVersion(request.body) };
    const version = await database.write(createVersion, input, request.caller);
    reply.code(201);
    return { data: version };
  });

  app.get(
    `${path}/:versionNumber`,
    { config: { access: { attempt: 'readActorSource' }, effect: 'reads' } },
    async (request) => {
      return { data: await database.read(getVersion, versionOf(request), request.caller) };
    },
  );

  app.route({
    method: ['PUT', 'POST'],
    url: `${path}/:versionNumber`,
    config: { access: { attempt: 'changeActor' }, effect: 'savesState' },
    handler: async (request) => {
      const input = { ...versionOf(request), input: checkVersion(request.body) };
      return { data: await database.write(updateVersion, input, request.caller) };
    },
  });

  app.delete(
    `${path}/:versionNumber`,
    { config: { access: { attempt: 'account' }, effect: 'savesState' } },
    async (request, reply) => {
      await database.write(deleteVersion, versionOf(request), request.caller);
      return reply.code(204).send();
    },
  );
}

function registerEnvVars(app: FastifyInstance, { database }: Services, path: string): void {
  app.get(path, { config: { access: { attempt: 'readActorSource' }, effect: 'reads' } }, async (request) => {
    const items = await database.read(listEnvVars, versionOf(request), request.caller);
    return { data: { total: items.length, items } };
  });

  app.post(path, { config: { access: { attempt: 'changeActor' }, effect: 'savesState' } }, async (request, reply) => {
    const input = { ...versionOf(request), input: checkNewEnvVar(request.body) };
    const envVar = await database.write(createEnvVar, input, request.caller);
    reply.code(201);
    return { data: envVar };
  });

  app.get(`${path}/:name`, { config: { access: { attempt: 'readActorSource' }, effect: 'reads' } }, async (request) => {
    return { data: await database.read(getEnvVar, envVarOf(request), request.caller) };
  });

  app.route({
    method: ['PUT', 'POST'],
    url: `${path}/:name`,
    config: { access: { attempt: 'changeActor' }, effect: 'savesState' },
    handler: async (request) => {
      const input = { ...envVarOf(request), input: checkEnvVar(request.body) };
      return { data: await database.write(updateEnvVar, input, request.caller) };
    },
  });

  app.delete(
    `${path}/:name`,
    { config: { access: { attempt: 'changeActor' }, effect: 'savesState' } },
    async (request, reply) => {
      await database.write(deleteEnvVar, envVarOf(request), request.caller);
      return reply.code(204).send();
    },
  );
}
