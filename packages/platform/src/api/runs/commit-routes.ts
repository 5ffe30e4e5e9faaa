import type { FastifyInstance } from 'fastify';
import type { FileStore } from '../../objects/file-store.ts';
import type { InFlightRequests } from '../../runs/handoff/in-flight-requests.ts';
import { type CommitParts, type CommitResponse, commit, lastCommit } from '../../runs/operations/commits.ts';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { maxInlineBytes } from '../../storages/key-value-stores/record.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';
import { commitIdOf, commitPartsOf } from './commit-body.ts';
import { wherryRunMount } from './run-mounts.ts';

/** One atomic change of items, records, requests and charges, by the active attempt of a run or on its behalf. */
export function registerCommitRoutes(app: FastifyInstance, services: Services): void {
  const { database, files, inFlightRequests, spendingLimits } = services;
  const discard = async (blobs: readonly string[]) => {
    for (const blobId of blobs) await files.remove(blobId);
  };

  app.put(
    `${wherryRunMount.prefix}/commits/:sequence`,
    { config: { access: { attempt: 'onlyOwnRun', run: wherryRunMount }, effect: 'givesResults' } },
    async (request) => {
      const { runId, sequence: text } = request.params as { runId: string; sequence: string };
      const sequence = sequenceOf(text);
      const id = commitIdOf(request.body);
      const { parts, blobs } = await storeLarge(commitPartsOf(request.body), files);
      const input = { userId: userIdOf(request), runId, sequence, id, parts };
      try {
        const { response, repeated, replacedBlobs, spending } = await database.write(commit, input, request.caller);
        spendingLimits.note(spending);
        releaseHandled(inFlightRequests, response);
        await discard(repeated ? blobs : replacedBlobs);
        return { data: response };
      } catch (error) {
        // As for a record: after any other failure the commit may be stored, and then its blobs are needed.
        if (error instanceof Refusal) await discard(blobs);
        throw error;
      }
    },
  );

  app.get(
    `${wherryRunMount.prefix}/commits/last`,
    { config: { access: { attempt: 'onlyOwnRun', run: wherryRunMount }, effect: 'reads' } },
    async (request) => {
      const { runId } = request.params as { runId: string };
      return {
        data: { sequence: await database.read(lastCommit, { userId: userIdOf(request), runId }, request.caller) },
      };
    },
  );
}

/**
 * Removes the handled requests from the in-flight requests of the attempt that the commit was made for, whoever sent
 * it. Also after a repeated commit, since the response to the first one may not have been sent.
 */
function releaseHandled(inFlight: InFlightRequests, { runId, attempt, requests }: CommitResponse): void {
  for (const { queueId, handled } of requests) {
    for (const { requestId } of handled) inFlight.remove(runId, attempt, queueId, requestId);
  }
}

function sequenceOf(text: string): number {
  const sequence = Number(text);
  if (/^\d+$/.test(text) && sequence >= 1 && Number.isSafeInteger(sequence)) return sequence;
  throw invalidInput(`The number of a commit is a whole number of at least 1, not "${text}".`);
}

/** Stores the values that are too large for the database in files: all of them or, if one fails, none. */
async function storeLarge(parts: CommitParts, files: FileStore): Promise<{ parts: CommitParts; blobs: string[] }> {
  const blobs: string[] = [];
  const records: CommitParts['records'][number][] = [];
  try {
    for (const part of parts.records) {
      const value = part.record?.value ?? null;
      if (part.record === null || value === null || value.length <= maxInlineBytes) {
        records.push(part);
        continue;
      }
      const { blobId } = await files.put(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      blobs.push(blobId);
      records.push({ ...part, record: { ...part.record, value: null, blobId } });
    }
  } catch (error) {
    for (const blobId of blobs) await files.remove(blobId);
    throw error;
  }
  return { parts: { ...parts, records }, blobs };
}
