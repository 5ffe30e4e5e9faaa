import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';
import { pageOf } from '../../shared/paging.ts';
import { sealTaskInput } from '../../tasks/task-input.ts';
import { checkTaskBody, type TaskBody } from '../../tasks/task-settings.ts';
import {
  createTask,
  deleteTask,
  getTask,
  getTaskInput,
  listTasks,
  readTaskInputSchema,
  type TaskDetails,
  type TaskInputSchema,
  updateTask,
  updateTaskInput,
} from '../../tasks/tasks.ts';
import { taskPath } from '../actors/actor-paths.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import { pagingOf, queryOf } from '../query.ts';
import type { ActorServices } from '../services.ts';

/** Tasks themselves. Their runs are below `../runs`, as those of Actors are. */
export function registerTaskRoutes(app: FastifyInstance, services: ActorServices): void {
  registerCollection(app, services);
  registerTask(app, services);
  registerInput(app, services);
}

const addressed = (request: FastifyRequest) => ({
  userId: userIdOf(request),
  task: (request.params as { actorTaskId: string }).actorTaskId,
});

const reads = { config: { access: { attempt: 'account' }, effect: 'reads' } } as const;
const changes = { config: { access: { attempt: 'account' }, effect: 'savesState' } } as const;

function registerCollection(app: FastifyInstance, services: ActorServices): void {
  const { database } = services;

  app.get(taskPath, reads, async (request) => {
    const paging = pagingOf(queryOf(request));
    const { total, items } = await database.read(listTasks, { userId: userIdOf(request), ...paging }, request.caller);
    return { data: pageOf(paging, total, items) };
  });

  app.get('/wherry/v1/tasks', reads, async (request) => {
    const query = queryOf(request);
    const paging = pagingOf(query);
    const listing = { userId: userIdOf(request), ...(query.actorId && { actorId: query.actorId }), ...paging };
    const { total, items } = await database.read(listTasks, listing, request.caller);
    return { data: pageOf(paging, total, items) };
  });

  app.post(taskPath, changes, async (request, reply) => {
    const body = checkTaskBody(request.body);
    if (body.actId === undefined) throw invalidInput('Name the Actor of the task in the field "actId".');
    const userId = userIdOf(request);
    const schema = { userId, actor: body.actId, build: body.options?.build ?? undefined };
    const sealed = await withSealedInput(services, request, body, schema);
    const id = newId();
    noteMade(request, id);
    const data = await database.write(createTask, { userId, id, body: sealed }, request.caller);
    reply.code(201).header('location', `${services.publicUrl}${taskPath}/${id}`);
    return { data: withStandbyUrl(services, data) };
  });
}

function registerTask(app: FastifyInstance, services: ActorServices): void {
  const { database } = services;

  app.get(`${taskPath}/:actorTaskId`, reads, async (request) => {
    return { data: withStandbyUrl(services, await database.read(getTask, addressed(request), request.caller)) };
  });

  app.put(`${taskPath}/:actorTaskId`, changes, async (request) => {
    const body = checkTaskBody(request.body);
    const schema = { ...addressed(request), build: body.options?.build ?? undefined };
    const sealed = await withSealedInput(services, request, body, schema);
    const changed = await database.write(updateTask, { ...addressed(request), body: sealed }, request.caller);
    return { data: withStandbyUrl(services, changed) };
  });

  app.delete(`${taskPath}/:actorTaskId`, changes, async (request, reply) => {
    await database.write(deleteTask, addressed(request), request.caller);
    return reply.code(204).send();
  });
}

/** The input is the whole body, without an envelope, as Apify has it. */
function registerInput(app: FastifyInstance, services: ActorServices): void {
  const { database } = services;

  app.get(`${taskPath}/:actorTaskId/input`, reads, (request) =>
    database.read(getTaskInput, addressed(request), request.caller),
  );

  app.put(`${taskPath}/:actorTaskId/input`, changes, async (request) => {
    if (!isJsonObject(request.body)) {
      throw invalidInput('Send a JSON object as the body, with the content type application/json.');
    }
    const schema = { ...addressed(request), build: undefined };
    const sealed = await sealedBy(services, request, schema, request.body);
    return database.write(updateTaskInput, { ...addressed(request), changes: sealed }, request.caller);
  });
}

const withStandbyUrl = ({ webAddresses }: ActorServices, { isServed, ...task }: TaskDetails) => ({
  ...task,
  standbyUrl: isServed ? webAddresses.standbyUrl(task.username, task.name) : null,
});

type SchemaAddress = { userId: string; build: string | undefined } & ({ actor: string } | { task: string });

async function withSealedInput(
  services: ActorServices,
  request: FastifyRequest,
  body: TaskBody,
  schema: SchemaAddress,
): Promise<TaskBody> {
  if (!body.input) return body;
  return { ...body, input: await sealedBy(services, request, schema, body.input) };
}

/** [task-3] */
async function sealedBy(
  { database, inputSecrets }: ActorServices,
  request: FastifyRequest,
  schema: SchemaAddress,
  input: JsonObject,
): Promise<JsonObject> {
  const found: TaskInputSchema = await database.read(readTaskInputSchema, schema, request.caller);
  const owner = { userId: schema.userId, actorId: found.actorId };
  return sealTaskInput(inputSecrets, owner, found.inputSchema, input);
}
