import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../database/operation.ts';
import type { RunAddress } from '../../runs/operations/run-address.ts';
import { getRun, type RunDetails } from '../../runs/operations/run-details.ts';
import { isOver } from '../../runs/state/run-state.ts';
import type { RunServices } from '../services.ts';
import { apiRun } from './api-run.ts';
import type { RunMount } from './run-mounts.ts';

/** Resolves with the run, once it is over or `waitMs` have passed. */
export async function awaitRun(
  { database, runControl }: RunServices,
  address: RunAddress,
  caller: Caller,
  waitMs: number,
): Promise<RunDetails> {
  const record = await database.read(getRun, { address }, caller);
  if (waitMs === 0 || isOver(record.state)) return record;
  const { id: runId } = record.state;
  await runControl.waitForEnd(runId, waitMs);
  // Not by `address`: the Actor's last run may be a different one by now.
  return database.read(getRun, { address: { kind: 'id', userId: address.userId, runId } }, caller);
}

/** Resolves with the state of the run that a request names. @throws Refusal 404 when the user has no such run */
export const findRun = async ({ database }: RunServices, { addressOf }: RunMount, request: FastifyRequest) =>
  (await database.read(getRun, { address: addressOf(request) }, request.caller)).state;

export async function runResponse(services: RunServices, record: RunDetails) {
  const { clock, runControl, web, webAddresses, publicUrl, consoleUrl, prices } = services;
  const { state } = record;
  return {
    data: apiRun(record, {
      now: clock.now(),
      usage: runControl.usageOf(state.id),
      waitsFor: isOver(state) ? undefined : runControl.waitOf(state.id),
      containerUrl: webAddresses.containerUrl(state.id),
      isContainerServerReady: !isOver(state) && (await web.isReady(state.id)),
      publicUrl,
      consoleUrl,
      prices,
    }),
  };
}

/**
 * Resolves with the run after a permitted change. The platform is the caller of the read, since the change may have
 * fenced the attempt that requested it.
 */
export async function changedRun(services: RunServices, userId: string, runId: string) {
  const address = { kind: 'id', userId, runId } as const;
  return runResponse(services, await services.database.read(getRun, { address }, { kind: 'platform' }));
}
