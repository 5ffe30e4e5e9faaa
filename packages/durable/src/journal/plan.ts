import { createHash } from 'node:crypto';
import type { Commit, CommitParts, HandledRequest, JsonObject, RecordPart, RequestsPart } from '../commit.ts';
import { CommitRejectedError, RefusedError } from '../errors.ts';
import { fitsInCall, maxBodyBytes } from './body-parts.ts';
import {
  bytesOf,
  isObject,
  type Plan,
  type PlannedAdds,
  type PlannedHandled,
  type PlannedItems,
  type PlannedRecord,
} from './intent.ts';
import type { Storages } from './storages.ts';

const keyPattern = /^[a-zA-Z0-9!\-_.'()]{1,256}$/;

/**
 * Makes the plan of a commit, and checks all that can be checked before anything is written [journal-5].
 * @throws CommitRejectedError
 */
export async function planOf(
  commit: Commit,
  storages: Storages,
  countOf: (datasetId: string | undefined) => Promise<number>,
): Promise<Plan> {
  const parts = withLastingAddresses(commit.parts, storages);
  const adds = addsOf(parts.requests);
  return {
    items: await itemsOf(commit.id, parts.items, countOf),
    records: recordsOf(parts.records),
    adds,
    handled: await handledOf(parts.requests, adds, storages),
    charges: parts.charges.map(({ eventName, count }, index) => {
      if (!Number.isSafeInteger(count) || count < 1) throw rejected(`charges[${index}]`, 'Its count must be 1 or more');
      return { eventName, count, key: `${commit.id}-${index}` };
    }),
  };
}

/** Joins the items of each dataset, for one push. */
async function itemsOf(
  id: string,
  parts: CommitParts['items'],
  countOf: (datasetId: string | undefined) => Promise<number>,
): Promise<PlannedItems[]> {
  const byDataset = new Map<string | undefined, JsonObject[]>();
  for (const [index, { datasetId, items }] of parts.entries()) {
    for (const item of items) {
      if (!isObject(item)) throw rejected(`items[${index}]`, 'Every item must be a JSON object');
      if (!fitsInCall(item)) throw tooLarge(`items[${index}]`, 'An item');
    }
    byDataset.set(datasetId, [...(byDataset.get(datasetId) ?? []), ...items]);
  }
  const planned: PlannedItems[] = [];
  for (const [datasetId, items] of byDataset) {
    if (items.length === 0) continue;
    const index = parts.findIndex((part) => part.datasetId === datasetId);
    const before = await refusedAs(`items[${index}]`, () => countOf(datasetId));
    planned.push({ ...(datasetId !== undefined && { datasetId }), before, items, key: `${id}-${index}` });
  }
  return planned;
}

/** Keeps the last value of records that are written several times. */
function recordsOf(parts: readonly RecordPart[]): PlannedRecord[] {
  const byAddress = new Map<string, PlannedRecord>();
  for (const [index, part] of parts.entries()) {
    const { storeId, key } = part;
    if (!keyPattern.test(key))
      throw rejected(`records[${index}]`, "The key of a record must have 1 to 256 letters, digits and !-_.'()");
    const content = part.deleted === true ? null : contentOf(part, `records[${index}]`);
    byAddress.set(`${storeId ?? ''}/${key}`, { ...(storeId !== undefined && { storeId }), key, content });
  }
  return [...byAddress.values()];
}

function contentOf({ value, contentType }: RecordPart, part: string): NonNullable<PlannedRecord['content']> {
  const isJson = contentType === undefined || /^application\/json\s*(?:;|$)/i.test(contentType);
  const content: NonNullable<PlannedRecord['content']> =
    isObject(value) && typeof value.base64 === 'string' && Object.keys(value).length === 1
      ? { contentType: contentType ?? 'application/octet-stream', base64: value.base64 }
      : { contentType: contentType ?? 'application/json; charset=utf-8', text: textOf(value, isJson, part) };
  const bytes = bytesOf(content).length;
  if (bytes > maxBodyBytes) throw tooLarge(part, 'A record');
  return content;
}

function textOf(value: RecordPart['value'], isJson: boolean, part: string): string {
  if (value === undefined) throw rejected(part, 'A record needs a value, or "deleted": true');
  if (isJson) return JSON.stringify(value);
  if (typeof value === 'string') return value;
  throw rejected(part, 'A value that is not JSON must be a string or { "base64": … }');
}

/** Joins the additions to each queue. Each request gets a unique key. */
function addsOf(parts: readonly RequestsPart[]): PlannedAdds[] {
  const byQueue = new Map<string, { address: Omit<PlannedAdds, 'requests'>; requests: JsonObject[] }>();
  for (const [index, { queueId, clientKey, add = [], forefront = false }] of parts.entries()) {
    if (add.length === 0) continue;
    const address = { ...addressOf({ queueId, clientKey }), forefront };
    const key = JSON.stringify(address);
    const known = byQueue.get(key) ?? { address, requests: [] };
    for (const request of add) known.requests.push(newRequest(request, `requests[${index}]`));
    byQueue.set(key, known);
  }
  return [...byQueue.values()].map(({ address, requests }) => ({ ...address, requests }));
}

function newRequest(request: JsonObject, part: string): JsonObject {
  const { url, uniqueKey = url } = request;
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw rejected(part, 'Every request needs a "url" that begins with http:// or https://');
  }
  if (typeof uniqueKey !== 'string' || uniqueKey === '')
    throw rejected(part, 'A "uniqueKey" must be a string that is not empty');
  const whole = { method: 'GET', ...request, uniqueKey };
  if (!fitsInCall(whole)) throw tooLarge(part, 'A request');
  return whole;
}

async function handledOf(
  parts: readonly RequestsPart[],
  adds: readonly PlannedAdds[],
  storages: Storages,
): Promise<PlannedHandled[]> {
  const all = parts.flatMap(({ queueId, clientKey, handled = [] }, index) =>
    handled.map((request) => ({ address: addressOf({ queueId, clientKey }), request, part: `requests[${index}]` })),
  );
  const handledAt = new Date().toISOString();
  return Promise.all(
    all.map(async ({ address, request, part }) => {
      const whole = await wholeRequest(request, address, adds, storages, part);
      return { ...address, request: { ...whole, handledAt: whole.handledAt ?? handledAt } };
    }),
  );
}

type Address = Pick<PlannedHandled, 'queueId' | 'clientKey'>;

const addressOf = ({
  queueId,
  clientKey,
}: {
  queueId?: string | undefined;
  clientKey?: string | undefined;
}): Address => ({
  ...(queueId !== undefined && { queueId }),
  ...(clientKey !== undefined && { clientKey }),
});

/** Merges the given fields into the stored request. A request with `url` and `uniqueKey` is complete, and is not read. */
async function wholeRequest(
  request: string | HandledRequest,
  address: Address,
  adds: readonly PlannedAdds[],
  storages: Storages,
  part: string,
): Promise<JsonObject & { id: string }> {
  const given = typeof request === 'string' ? { id: request } : request;
  const { id } = given;
  if (isText(given.url) && isText(given.uniqueKey)) return given;
  const stored =
    (await refusedAs(part, () => storages.getRequest(address, id))) ??
    adds.flatMap(({ requests }) => requests).find(({ uniqueKey }) => requestIdOf(uniqueKey as string) === id);
  if (stored === undefined) throw rejected(part, `The queue has no request "${id}"`, 404, 'record-not-found');
  return { ...stored, ...given, id };
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** The id of a request, computed from the unique key as Apify and the SDK's local storage do. */
export const requestIdOf = (uniqueKey: string): string =>
  createHash('sha256').update(uniqueKey).digest('base64').replaceAll(/[+/=]/g, '').slice(0, 15);

async function refusedAs<Result>(part: string, body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof RefusedError) throw rejected(part, error.message, error.statusCode, error.type);
    throw error;
  }
}

const tooLarge = (part: string, what: string): CommitRejectedError =>
  rejected(part, `${what} is larger than ${maxBodyBytes} bytes`, 413, 'request-too-large');

function rejected(part: string, sentence: string, statusCode = 400, type = 'invalid-input'): CommitRejectedError {
  return new CommitRejectedError(`${part}: ${sentence.replace(/\.$/, '')}. Nothing was changed.`, {
    part,
    type,
    statusCode,
  });
}

/**
 * Replaces the address of each storage by the one that the next process can use; undefined for the run's default storage.
 * Two names of one storage thereby become equal.
 */
function withLastingAddresses(parts: CommitParts, storages: Storages): CommitParts {
  return {
    ...parts,
    items: parts.items.map(({ datasetId, ...rest }) => {
      const id = datasetId && storages.lastingId('dataset', datasetId);
      return { ...rest, ...(id && { datasetId: id }) };
    }),
    records: parts.records.map(({ storeId, ...rest }) => {
      const id = storeId && storages.lastingId('store', storeId);
      return { ...rest, ...(id && { storeId: id }) };
    }),
    requests: parts.requests.map(({ queueId, ...rest }) => {
      const id = queueId && storages.lastingId('queue', queueId);
      return { ...rest, ...(id && { queueId: id }) };
    }),
  };
}
