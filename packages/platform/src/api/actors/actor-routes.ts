import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkActorBody } from '../../actors/actor-settings.ts';
import { type ActorListing, createActor, getActor, listActors, updateActor } from '../../actors/actors.ts';
import type { StandbySettings } from '../../actors/standby-settings.ts';
import { deleteActor } from '../../builds/build-ends.ts';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { pageOf } from '../../shared/paging.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, pagingOf, queryOf } from '../query.ts';
import type { ActorServices } from '../services.ts';
import { actorPaths } from './actor-paths.ts';

export function registerActorRoutes(app: FastifyInstance, services: ActorServices): void {
  const { database, builder } = services;
  const addressed = (request: FastifyRequest) => ({
    userId: userIdOf(request),
    actor: (request.params as { actorId: string }).actorId,
  });

  for (const path of actorPaths) {
    app.get(path, { config: { access: { attempt: 'account' }, effect: 'reads' } }, async (request) => {
      const query = queryOf(request);
      // The platform has only the user's own Actors, so `my` makes no difference; it is still checked.
      booleanOf(query, 'my');
      const paging = pagingOf(query);
      const listing = { userId: userIdOf(request), sortBy: sortingOf(query.sortBy), ...paging };
      const { total, items } = await database.read(listActors, listing, request.caller);
      return { data: pageOf(paging, total, items) };
    });

    app.post(path, { config: { access: { attempt: 'account' }, effect: 'savesState' } }, async (request, reply) => {
      const input = { userId: userIdOf(request), id: newId(), input: checkActorBody(request.body) };
      noteMade(request, input.id);
      const actor = await database.write(createActor, input, request.caller);
      reply.code(201).header('location', `${services.publicUrl}/v2/actors/${input.id}`);
      return { data: withStandbyUrl(services, actor) };
    });

    app.get(`${path}/:actorId`, { config: { access: { attempt: 'readActor' }, effect: 'reads' } }, async (request) => {
      return { data: withStandbyUrl(services, await database.read(getActor, addressed(request), request.caller)) };
    });

    app.put(
      `${path}/:actorId`,
      { config: { access: { attempt: 'changeActor' }, effect: 'savesState' } },
      async (request) => {
        const input = { ...addressed(request), input: checkActorBody(request.body) };
        return { data: withStandbyUrl(services, await database.write(updateActor, input, request.caller)) };
      },
    );

    app.delete(
      `${path}/:actorId`,
      { config: { access: { attempt: 'account' }, effect: 'savesState' } },
      async (request, reply) => {
        const aborted = await database.write(deleteActor, addressed(request), request.caller);
        for (const buildId of aborted) builder.stop(buildId);
        return reply.code(204).send();
      },
    );
  }
}

/** The Actor as the API has it; `standbyUrl` is null unless the Actor is in Standby mode. */
function withStandbyUrl({ webAddresses }: ActorServices, actor: Record<string, unknown>): Record<string, unknown> {
  const { username, name, actorStandby } = actor as unknown as StandbyFields;
  return { ...actor, standbyUrl: actorStandby?.isEnabled ? webAddresses.standbyUrl(username, name) : null };
}

interface StandbyFields {
  readonly username: string;
  readonly name: string;
  readonly actorStandby?: StandbySettings;
}

function sortingOf(sortBy: string | undefined): ActorListing['sortBy'] {
  if (sortBy === undefined || sortBy === '' || sortBy === 'createdAt') return 'createdAt';
  if (sortBy === 'stats.lastRunStartedAt') return sortBy;
  throw invalidInput(`The parameter "sortBy" must be "createdAt" or "stats.lastRunStartedAt", but is "${sortBy}".`);
}
