/** What tasks, schedules and webhooks are about: Actors and tasks, their names, and the inputs that they take. */
import { queryOptions } from '@tanstack/react-query';
import { ApiError, apify, dataOf } from '../api/client.ts';
import { initialInput, type JsonObject, parseInputSchema } from '../model/input-schema.ts';

export interface Choice {
  readonly id: string;
  /** The title, or the name where there is none. */
  readonly label: string;
  /** As it is addressed: `username/name`. */
  readonly address: string;
}

const mostChoices = 1000;

/** The user's own Actors. */
export const actorChoicesQuery = queryOptions({
  queryKey: ['actors', 'list', 'choices'],
  queryFn: async ({ signal }): Promise<Choice[]> => {
    const query = { my: true, limit: mostChoices, desc: true };
    const { items } = await dataOf(apify.GET('/v2/actors', { params: { query }, signal }));
    return items.map(({ id, title, name, username }) => ({
      id,
      label: (title as string | undefined) || name,
      address: `${username}/${name}`,
    }));
  },
});

export const taskChoicesQuery = queryOptions({
  queryKey: ['tasks', 'list', 'choices'],
  queryFn: async ({ signal }): Promise<Choice[]> => {
    const { items } = await dataOf(
      apify.GET('/v2/actor-tasks', { params: { query: { limit: mostChoices, desc: true } }, signal }),
    );
    return items.map(({ id, name, username }) => ({ id, label: name, address: `${username}/${name}` }));
  },
});

/** What is started or watched, for a link; null for what was deleted or cannot be seen any more. */
export const actorNameQuery = (actorId: string) =>
  queryOptions({
    queryKey: ['actors', 'one', actorId, 'name'],
    queryFn: ({ signal }) =>
      orNull(async (): Promise<Choice> => {
        const actor = await dataOf(apify.GET('/v2/actors/{actorId}', { params: { path: { actorId } }, signal }));
        return { id: actor.id, label: actor.title || actor.name, address: `${actor.username}/${actor.name}` };
      }),
  });

export const taskNameQuery = (actorTaskId: string) =>
  queryOptions({
    queryKey: ['tasks', 'one', actorTaskId, 'name'],
    queryFn: ({ signal }) =>
      orNull(async (): Promise<Choice & { readonly actorId: string }> => {
        const task = await dataOf(
          apify.GET('/v2/actor-tasks/{actorTaskId}', { params: { path: { actorTaskId } }, signal }),
        );
        const address = `${task.username}/${task.name}`;
        return { id: task.id, label: task.title || task.name, address, actorId: task.actId };
      }),
  });

/** What one build of an Actor takes. */
export interface ActorInput {
  readonly schema: JsonObject | null;
  /** What a new task or schedule begins with: the input that the Actor shows as its example. */
  readonly example: JsonObject;
}

/** The input schema of the build that a start would use; null when there is no such build. */
export const actorInputQuery = (actorId: string, build: string | undefined) =>
  queryOptions({
    queryKey: ['actors', 'one', actorId, 'input', build ?? ''],
    queryFn: ({ signal }) =>
      orNull(async (): Promise<ActorInput | null> => {
        const actor = await dataOf(apify.GET('/v2/actors/{actorId}', { params: { path: { actorId } }, signal }));
        const tag = build ?? actor.defaultRunOptions.build ?? 'latest';
        const buildId = actor.taggedBuilds?.[tag]?.buildId ?? (await findBuildId(actorId, tag, signal));
        if (buildId === undefined) return null;
        const found = await dataOf(apify.GET('/v2/actor-builds/{buildId}', { params: { path: { buildId } }, signal }));
        const schema = schemaOf(found as BuildWithSchema);
        return { schema, example: initialInput(schema) };
      }),
  });

interface BuildWithSchema {
  /** JSON text. */
  readonly inputSchema?: string | null;
  readonly actorDefinition?: { readonly input?: JsonObject | null } | null;
}

const schemaOf = ({ inputSchema, actorDefinition }: BuildWithSchema): JsonObject | null =>
  actorDefinition?.input ?? parseInputSchema(inputSchema);

/** A build that is named by its number. */
async function findBuildId(actorId: string, buildNumber: string, signal: AbortSignal): Promise<string | undefined> {
  const path = { actorId };
  const { items } = await dataOf(
    apify.GET('/v2/actors/{actorId}/builds', { params: { path, query: { limit: mostChoices, desc: true } }, signal }),
  );
  return items.find((each) => (each as { buildNumber?: string }).buildNumber === buildNumber)?.id;
}

async function orNull<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
