import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { RunDetails } from '../../runs/operations/run-details.ts';
import { isOver } from '../../runs/state/run-state.ts';
import { Refusal } from '../../shared/errors.ts';
import { readRecord } from '../../storages/key-value-stores/record.ts';
import { checkRecordKey } from '../../storages/storage-name.ts';
import { startPaths } from '../actors/actor-paths.ts';
import { withRawBodies } from '../bodies.ts';
import { userIdOf } from '../caller.ts';
import { itemsQueryOf, sendItems } from '../datasets/items-response.ts';
import { sendRecord } from '../key-value-stores/record-response.ts';
import { queryOf } from '../query.ts';
import type { RunServices } from '../services.ts';
import { awaitRun } from './run-reading.ts';
import { startRequestedRun } from './run-start.ts';

/** Starts a run, waits for its end and responds with its output, in one call. With GET the run has no input. */
export function registerRunSyncRoutes(app: FastifyInstance, services: RunServices): void {
  withRawBodies(app, (scope) => {
    for (const path of startPaths) {
      registerSync(scope, `${path}/run-sync`, (request, reply) => runForRecord(services, request, reply));
      registerSync(scope, `${path}/run-sync-get-dataset-items`, (request, reply) =>
        runForItems(services, request, reply),
      );
    }
  });
}

function registerSync(app: FastifyInstance, url: string, handler: RouteHandlerMethod): void {
  app.post(url, { config: { access: { attempt: 'startRun' }, effect: 'givesResults' } }, handler);
  // A HEAD would start a run as well.
  app.get(
    url,
    { config: { access: { attempt: 'startRun' }, effect: 'givesResults' }, exposeHeadRoute: false },
    handler,
  );
}

async function runForRecord(services: RunServices, request: FastifyRequest, reply: FastifyReply) {
  const key = queryOf(request).outputRecordKey || 'OUTPUT';
  checkRecordKey(key);
  const { storages } = await runToEnd(services, request);
  reply.code(201);
  const wanted = { userId: userIdOf(request), address: storages.keyValueStoreId, key };
  try {
    return await sendRecord(services, reply, () => services.database.read(readRecord, wanted, request.caller));
  } catch (error) {
    // An Actor may have no output.
    if (error instanceof Refusal && error.type === 'record-not-found') return reply.send();
    throw error;
  }
}

async function runForItems(services: RunServices, request: FastifyRequest, reply: FastifyReply) {
  // Read here, so that invalid parameters are refused before the run starts.
  itemsQueryOf(queryOf(request));
  const { storages } = await runToEnd(services, request);
  return sendItems(services, request, reply.code(201), storages.datasetId);
}

/** @throws Refusal 408 when the run takes longer than a call may take; 400 when it does not succeed */
async function runToEnd(services: RunServices, request: FastifyRequest): Promise<RunDetails> {
  const runId = await startRequestedRun(services, request);
  const address = { kind: 'id', userId: userIdOf(request), runId } as const;
  const { syncWaitMs } = services;
  const record = await awaitRun(services, address, request.caller, syncWaitMs);
  const { status } = record.state;
  if (!isOver(record.state)) {
    throw new Refusal(
      408,
      'run-timeout-exceeded',
      `The run ${runId} takes longer than the ${syncWaitMs / 1000} s of this call. It goes on; ask for it by its id.`,
      { runId },
    );
  }
  if (status === 'SUCCEEDED') return record;
  throw new Refusal(
    400,
    'run-failed',
    `The run did not succeed (run ID: ${runId}, status: ${status}). Its log says why.`,
    { runId, status },
  );
}
