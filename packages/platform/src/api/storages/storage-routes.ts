import type { FastifyInstance, FastifyRequest } from 'fastify';
import { generalAccesses } from '../../accounts/general-access.ts';
import { type StorageSchemaPart, storageSchemaComplaint } from '../../builds/definition/definition-checks.ts';
import type { Effect } from '../../runs/handoff/attempt-gate.ts';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { isJsonObject } from '../../shared/json-object.ts';
import { pageOf } from '../../shared/paging.ts';
import { isoTime } from '../../shared/time.ts';
import { checkStorageName } from '../../storages/storage-name.ts';
import type { StorageOperations } from '../../storages/storage-operations.ts';
import type { StorageChanges, StorageRow } from '../../storages/storage-row.ts';
import type { StorageSchema } from '../../storages/storage-schemas.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, pagingOf, queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import type { StorageMount } from './storage-mounts.ts';

/** What differs between the routes of the kinds of storage. */
export interface StorageKindRoutes<Row extends StorageRow> {
  /** The path for listing and creating, e.g. `/v2/datasets`. */
  readonly collection: string;
  readonly mounts: readonly StorageMount[];
  readonly operations: StorageOperations<Row>;
  readonly toApi: (row: Row) => unknown;
  /** The effects of calls about a storage itself. All calls about a request queue take or end work. */
  readonly effects: { readonly reads: Effect; readonly writes: Effect };
  /** Resolves once what is counted in memory can be read. */
  readonly beforeReading?: () => Promise<void>;
  /** What the schema of such a storage is, and the error type of an invalid one; missing for storages without schemas. */
  readonly schemas?: { readonly part: StorageSchemaPart; readonly errorType: string };
}

/** The effects of calls about datasets and key-value stores themselves. */
export const plainEffects = { reads: 'reads', writes: 'savesState' } as const;

/** The routes that storages of every kind have: list, get or create, get, change, delete. */
export function registerStorageRoutes<Row extends StorageRow>(
  app: FastifyInstance,
  services: Services,
  kind: StorageKindRoutes<Row>,
): void {
  const { database, files, eraser } = services;
  const { operations, toApi, effects, beforeReading } = kind;

  app.get(kind.collection, { config: { access: { attempt: 'account' }, effect: effects.reads } }, async (request) => {
    const query = queryOf(request);
    const paging = pagingOf(query);
    const unnamed = booleanOf(query, 'unnamed') ?? false;
    const shared = sharedOnly(query.ownership);
    const listing = { userId: userIdOf(request), unnamed, ...paging };
    const { total, rows } = shared
      ? { total: 0, rows: [] }
      : await database.read(operations.list, listing, request.caller);
    return { data: { ...pageOf(paging, total, rows.map(toApi)), unnamed } };
  });

  app.post(
    kind.collection,
    { config: { access: { attempt: 'createStorage' }, effect: effects.writes } },
    async (request, reply) => {
      const name = queryOf(request).name || null;
      if (name !== null) checkStorageName(name);
      const schema = await givenSchema(kind, request.body);
      const input = { userId: userIdOf(request), id: newId(), name, schema };
      const { row, created } = await database.write(operations.getOrCreate, input, request.caller);
      if (created) reply.code(201).header('location', `${services.publicUrl}${kind.collection}/${row.id}`);
      return { data: toApi(row) };
    },
  );

  for (const mount of kind.mounts) {
    const { prefix, storageOf } = mount;
    const addressed = async (request: FastifyRequest) => ({
      userId: userIdOf(request),
      address: await storageOf(request),
    });

    app.get(
      prefix,
      {
        config: { access: { attempt: 'readStorage', storage: mount, visitor: 'generalAccess' }, effect: effects.reads },
      },
      async (request) => {
        await beforeReading?.();
        return { data: toApi(await database.read(operations.get, await addressed(request), request.caller)) };
      },
    );

    app.put(
      prefix,
      { config: { access: { attempt: 'writeStorage', storage: mount }, effect: effects.writes } },
      async (request) => {
        const changes = changesOf(request.body);
        const input = { ...(await addressed(request)), changes };
        return { data: toApi(await database.write(operations.change, input, request.caller)) };
      },
    );

    app.delete(
      prefix,
      { config: { access: { attempt: 'writeStorage', storage: mount }, effect: effects.writes } },
      async (request, reply) => {
        const erased = await database.write(operations.delete, await addressed(request), request.caller);
        if (!erased.isOver) eraser.wake();
        for (const blobId of erased.blobIds) await files.remove(blobId);
        return reply.code(204).send();
      },
    );
  }
}

/** The schema for a new storage. @throws Refusal 400 when it is invalid */
async function givenSchema(
  { schemas }: Pick<StorageKindRoutes<StorageRow>, 'schemas'>,
  body: unknown,
): Promise<StorageSchema | null> {
  const schema = isJsonObject(body) ? body.schema : undefined;
  if (schemas === undefined || schema === undefined || schema === null) return null;
  const { part, errorType } = schemas;
  const complaint = isJsonObject(schema) ? await storageSchemaComplaint(part, schema) : 'it must be an object';
  if (complaint !== undefined) throw new Refusal(400, errorType, `The schema is not valid: ${complaint}. Correct it.`);
  return schema as StorageSchema;
}

/** Storages are not shared between users, so the list of those shared with the user is empty. */
function sharedOnly(ownership: string | undefined): boolean {
  if (ownership === undefined || ownership === '' || ownership === 'ownedByMe') return false;
  if (ownership === 'sharedWithMe') return true;
  throw invalidInput(`The parameter "ownership" must be "ownedByMe" or "sharedWithMe", but is "${ownership}".`);
}

function changesOf(body: unknown): StorageChanges {
  if (!isJsonObject(body)) {
    throw invalidInput('Send the changes as a JSON object, e.g. {"name":"new-name"}.');
  }
  const { name, title, generalAccess } = body;
  if (name !== undefined && name !== null) checkStorageName(name);
  if (title !== undefined && title !== null && (typeof title !== 'string' || title.length > 256)) {
    throw invalidInput('The title of a storage is a text of at most 256 characters, or null.');
  }
  if (generalAccess !== undefined && !(generalAccesses as readonly unknown[]).includes(generalAccess)) {
    throw invalidInput(`The field "generalAccess" must be one of ${generalAccesses.join(', ')}.`);
  }
  return {
    ...(name !== undefined && { name }),
    ...(title !== undefined && { title }),
    ...(generalAccess !== undefined && { generalAccess: generalAccess as string }),
  };
}

/**
 * The fields that API objects of all kinds of storage have. Reads write nothing, so `accessedAt` is the time of the last
 * change.
 */
export const apiStorage = (
  row: StorageRow,
  { publicUrl, consoleUrl }: Pick<Services, 'publicUrl' | 'consoleUrl'>,
  path: 'datasets' | 'key-value-stores' | 'request-queues',
) => ({
  id: row.id,
  name: row.name,
  title: row.title,
  userId: row.user_id,
  username: row.username,
  createdAt: isoTime(row.created_at),
  modifiedAt: isoTime(row.modified_at),
  accessedAt: isoTime(row.modified_at),
  actId: row.act_id,
  actRunId: row.act_run_id,
  generalAccess: row.general_access,
  ...(row.url_signing_secret_key !== null && { urlSigningSecretKey: row.url_signing_secret_key }),
  consoleUrl: `${consoleUrl ?? `${publicUrl}/v2`}/${path}/${row.id}`,
});

/** The same size under two names: Apify's own tools read the older one. */
export const sizesOf = ({ bytes }: { readonly bytes: number }) => ({ storageBytes: bytes, s3StorageBytes: bytes });
