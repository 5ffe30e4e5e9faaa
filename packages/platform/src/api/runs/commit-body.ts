import type { CommitParts } from '../../runs/operations/commits.ts';
import { Refusal } from '../../shared/errors.ts';
import { isJsonObject } from '../../shared/json-object.ts';
import type { Item } from '../../storages/datasets/shape.ts';
import type { HandledMark } from '../../storages/request-queues/handled.ts';
import { newRequestOf } from '../../storages/request-queues/input.ts';
import { checkRecordKey } from '../../storages/storage-name.ts';
import { itemTexts } from '../datasets/item-texts.ts';

const jsonType = 'application/json; charset=utf-8';
const known = ['id', 'items', 'records', 'requests', 'charges'];

/** Returns the commit's id from its body. @throws Refusal 400 */
export function commitIdOf(body: unknown): string | null {
  const id = isJsonObject(body) ? (body.id ?? null) : null;
  if (id === null || (typeof id === 'string' && id.length >= 1 && id.length <= 256)) return id;
  throw bad('id', 'It must be a text of 1 to 256 characters');
}

/**
 * Checks and returns the parts of a commit: `{ items?, records?, requests?, charges? }`.
 * @throws Refusal 400. Its message and `part` in its details name the invalid part, e.g. `records[2]`.
 */
export function commitPartsOf(body: unknown): CommitParts {
  if (!isJsonObject(body)) throw bad('body', `Send an object with any of ${known.join(', ')}`);
  const stranger = Object.keys(body).find((name) => !known.includes(name));
  if (stranger !== undefined) throw bad(stranger, `There is no such part; there are ${known.join(', ')}`);
  return {
    items: partsOf(body, 'items').map(([part, value]) => itemsPart(part, value)),
    records: partsOf(body, 'records').map(([part, value]) => recordPart(part, value)),
    requests: partsOf(body, 'requests').map(([part, value]) => requestsPart(part, value)),
    charges: partsOf(body, 'charges').map(([part, value]) => chargePart(part, value)),
  };
}

function partsOf(body: Item, name: string): [string, Item][] {
  const parts = body[name] ?? [];
  if (!Array.isArray(parts)) throw bad(name, 'It must be an array');
  return parts.map((value: unknown, index) => {
    const part = `${name}[${index}]`;
    if (!isJsonObject(value)) throw bad(part, 'It must be an object');
    return [part, value];
  });
}

function itemsPart(part: string, { datasetId, items }: Item): CommitParts['items'][number] {
  if (!Array.isArray(items)) throw bad(part, '"items" must be an array of objects');
  return { datasetId: idOf(part, 'datasetId', datasetId), items: named(part, () => itemTexts(items)) };
}

function recordPart(part: string, value: Item): CommitParts['records'][number] {
  const { storeId, key, deleted } = value;
  named(part, () => checkRecordKey(key));
  const addressed = { storeId: idOf(part, 'storeId', storeId), key: key as string };
  if (deleted !== undefined && typeof deleted !== 'boolean') throw bad(part, '"deleted" must be true or false');
  if (deleted === true) {
    if (value.value !== undefined) throw bad(part, 'It has a value and is deleted. Leave one of the two out');
    return { ...addressed, record: null };
  }
  const { bytes, contentType } = storedValueOf(part, value);
  const record = { key: addressed.key, contentType, bytes: bytes.length, blobId: null, value: bytes };
  return { ...addressed, record };
}

/**
 * Returns the bytes of a record: those of `{ base64 }`, those of a text whose content type is not JSON, or the JSON of
 * any other value.
 */
function storedValueOf(part: string, { value, contentType }: Item): { bytes: Uint8Array; contentType: string } {
  if (value === undefined) throw bad(part, 'Give it a value, or "deleted": true');
  if (contentType !== undefined && (typeof contentType !== 'string' || !/^[\x20-\x7e]{1,256}$/.test(contentType))) {
    throw bad(part, '"contentType" must be a text of 1 to 256 ASCII characters');
  }
  if (isJsonObject(value) && Object.keys(value).length === 1 && typeof value.base64 === 'string') {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.base64)) {
      throw bad(part, 'Its value is not base64');
    }
    return { bytes: Buffer.from(value.base64, 'base64'), contentType: contentType ?? 'application/octet-stream' };
  }
  if (contentType === undefined || /^application\/json\s*(?:;|$)/i.test(contentType)) {
    return { bytes: Buffer.from(jsonOf(part, value)), contentType: contentType ?? jsonType };
  }
  if (typeof value !== 'string') throw bad(part, `A value of type ${contentType} must be a text or { "base64": … }`);
  return { bytes: Buffer.from(value), contentType };
}

function jsonOf(part: string, value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw bad(part, 'Its value is nested too deeply');
    throw error;
  }
}

function requestsPart(part: string, value: Item): CommitParts['requests'][number] {
  const { queueId, clientKey, add = [], forefront = false, handled = [] } = value;
  if (!Array.isArray(add)) throw bad(part, '"add" must be an array of requests');
  if (!Array.isArray(handled)) throw bad(part, '"handled" must be an array of requests or their ids');
  if (add.length + handled.length === 0) throw bad(part, 'Give it requests to "add", or ids of those "handled"');
  if (typeof forefront !== 'boolean') throw bad(part, '"forefront" must be true or false');
  if (clientKey !== undefined && !isClientKey(clientKey)) throw bad(part, '"clientKey" must have 1 to 32 characters');
  return {
    queueId: idOf(part, 'queueId', queueId),
    clientKey,
    add: named(part, () => add.map((request: unknown, index) => newRequestOf(request, `add[${index}]`))),
    forefront,
    handled: handled.map((mark: unknown) => handledMark(part, mark)),
  };
}

function handledMark(part: string, mark: unknown): HandledMark {
  if (typeof mark === 'string') return { id: mark, changes: null };
  if (isJsonObject(mark) && typeof mark.id === 'string') return { id: mark.id, changes: mark };
  throw bad(part, '"handled" must be an array of the ids of requests, or of objects with an "id"');
}
const isClientKey = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 32;

function chargePart(part: string, { eventName, count }: Item): CommitParts['charges'][number] {
  if (typeof eventName !== 'string' || eventName === '' || eventName.length > 256) {
    throw bad(part, '"eventName" must be a text of 1 to 256 characters');
  }
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) {
    throw bad(part, '"count" must be a whole number of at least 1');
  }
  return { eventName, count };
}

function idOf(part: string, name: string, id: unknown): string | null {
  if (id === undefined || id === null) return null;
  if (typeof id === 'string' && id !== '') return id;
  throw bad(part, `"${name}" must be the id of a storage; leave it out for the run's own`);
}

function named<Result>(part: string, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.statusCode, error.type, `${part}: ${error.message}`, { ...error.details, part });
  }
}

const bad = (part: string, sentence: string): Refusal =>
  new Refusal(400, 'invalid-input', `${part}: ${sentence}. Nothing was changed.`, { part });
