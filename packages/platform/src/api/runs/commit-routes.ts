import type { FastifyInstance } from 'fastify';
import type { FileStore } from '../../objects/file-store.ts';
import type { InFlightRequests } from '../../runs/handoff/in-flight-requests.ts';
import { type CommitParts, type CommitResponse, commit, lastCommit } from '../../runs/operations/commits.ts';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { maxInlineBytes } from '../../storages/key-value-stores/record.ts';
import type { StorageSchema } from '../../storages/storage-schemas.ts';
import { userIdOf } from '../caller.ts';
import { textOfRecord } from '../key-value-stores/record-body.ts';
import type { Services } from '../services.ts';
import { checkItems, checkRecord, type Writing, writeFitting } from '../storages/fitting-writes.ts';
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
        const { response, repeated, replacedBlobs, spending } = await writeFitting(services, {
          ...fittingParts(input, files),
          caller: request.caller,
          write: (checkedOf) => {
            const checked = {
              items: parts.items.map((part) => checkedOf(datasetName(runId, part))),
              records: parts.records.map((part) => checkedOf(storeName(runId, part))),
            };
            return database.write(commit, { ...input, checked }, request.caller);
          },
        });
        if (!repeated) {
          request.writtenUsage = {
            DATASET_WRITES: parts.items.length,
            KEY_VALUE_STORE_WRITES: parts.records.length,
            REQUEST_QUEUE_WRITES: parts.requests.length,
          };
        }
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

const datasetName = (runId: string, { datasetId }: Pick<CommitParts['items'][number], 'datasetId'>) =>
  `${runId}/dataset/${datasetId ?? ''}`;
const storeName = (runId: string, { storeId }: Pick<CommitParts['records'][number], 'storeId'>) =>
  `${runId}/store/${storeId ?? ''}`;

/** How the parts of a commit are checked against the schemas of their storages [fitting-1]. */
function fittingParts(
  { runId, parts }: { readonly runId: string; readonly parts: CommitParts },
  files: FileStore,
): Pick<Writing<unknown>, 'checks' | 'storageOf'> {
  const checks = new Map<string, (schema: StorageSchema) => Promise<void>>();
  for (const part of parts.items) {
    const name = datasetName(runId, part);
    checks.set(name, async (schema) => {
      for (const [index, each] of parts.items.entries()) {
        if (datasetName(runId, each) === name) await ofPart(`items[${index}]`, checkItems(schema, each.items));
      }
    });
  }
  for (const part of parts.records) {
    const name = storeName(runId, part);
    checks.set(name, async (schema) => {
      for (const [index, each] of parts.records.entries()) {
        const { record } = each;
        if (record === null || storeName(runId, each) !== name) continue;
        await ofPart(
          `records[${index}]`,
          checkRecord(schema, record, () => textOfRecord(files, record)),
        );
      }
    });
  }
  const storageOf = ({ details }: Refusal): string => {
    const [, kind, index] = /^(items|records)\[(\d+)\]$/.exec(details!.part as string)!;
    return kind === 'items'
      ? datasetName(runId, parts.items[Number(index)]!)
      : storeName(runId, parts.records[Number(index)]!);
  };
  return { checks, storageOf };
}

/** Adds to a refusal which part of the commit it is about. */
async function ofPart(part: string, check: Promise<void>): Promise<void> {
  try {
    await check;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.statusCode, error.type, `${part}: ${error.message}`, { ...error.details, part });
  }
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
