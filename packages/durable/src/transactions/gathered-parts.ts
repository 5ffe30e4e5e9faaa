import type { ChargePart, CommitParts, ItemsPart, Json, JsonObject, RecordPart, RequestObject } from '../commit.ts';
import { NotJsonError } from '../errors.ts';
import { copyJson, copyJsonObject } from '../json.ts';
import type { Transaction } from './transaction.ts';

type HandledMark = string | (JsonObject & { readonly id: string });

/** Collects the parts of one transaction. Each is copied and checked when it is added. */
export class GatheredParts implements Transaction, CommitParts {
  readonly items: (ItemsPart & { items: JsonObject[] })[] = [];
  readonly records: RecordPart[] = [];
  readonly requests: CommitParts['requests'][number][] = [];
  readonly charges: ChargePart[] = [];
  /** The approximate size of the parts' JSON text in characters. */
  size = 0;
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends the transaction: nothing can be added from now on. */
  close(): void {
    this.checkOpen();
    this.#closed = true;
  }

  pushData(items: JsonObject | readonly JsonObject[], { datasetId }: { datasetId?: string } = {}): void {
    this.checkOpen();
    const list = Array.isArray(items) ? (items as readonly JsonObject[]) : [items as JsonObject];
    const copied = list.map((item, index) => this.#copyObject(item, `items[${index}]`));
    if (copied.length === 0) return;
    const last = this.items.at(-1);
    if (last !== undefined && last.datasetId === datasetId) for (const item of copied) last.items.push(item);
    else this.items.push({ ...(datasetId !== undefined && { datasetId }), items: copied });
  }

  addRequests(
    requests: readonly (string | RequestObject)[],
    { queueId, forefront = false }: { queueId?: string; forefront?: boolean } = {},
  ): void {
    this.checkOpen();
    const add = requests.map((request, index) => {
      const copied = this.#copyObject(typeof request === 'string' ? { url: request } : request, `requests[${index}]`);
      if (typeof copied.url === 'string' && copied.url !== '') return copied as RequestObject;
      throw new NotJsonError(`requests[${index}].url must be a string that is not empty. Nothing was changed.`);
    });
    if (add.length > 0) this.requests.push({ ...(queueId !== undefined && { queueId }), add, forefront });
  }

  setValue(
    key: string,
    value: Json | Uint8Array,
    { storeId, contentType }: { storeId?: string; contentType?: string } = {},
  ): void {
    this.checkOpen();
    const addressed = { ...(storeId !== undefined && { storeId }), key };
    if (value === null) {
      this.records.push({ ...addressed, deleted: true });
      return;
    }
    const typed = { ...addressed, ...(contentType !== undefined && { contentType }) };
    if (value instanceof Uint8Array) {
      const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
      this.size += base64.length;
      this.records.push({ ...typed, value: { base64 } });
      return;
    }
    const copied = copyJson(value, key);
    this.size += copied.size;
    this.records.push({ ...typed, value: copied.value });
  }

  markHandled(request: HandledMark, { queueId, clientKey }: { queueId?: string; clientKey?: string } = {}): void {
    this.checkOpen();
    const mark = typeof request === 'string' ? request : (this.#copyObject(request, 'request') as HandledMark);
    const named = { ...(queueId !== undefined && { queueId }), ...(clientKey !== undefined && { clientKey }) };
    this.requests.push({ ...named, handled: [mark] });
  }

  charge(eventName: string, count = 1): void {
    this.checkOpen();
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new NotJsonError(`The count of a charge must be a whole number, but is ${count}. Nothing was changed.`);
    }
    if (count > 0) this.charges.push({ eventName, count });
  }

  findRecord(key: string, storeId?: string): RecordPart | undefined {
    return this.records.findLast((record) => record.key === key && record.storeId === storeId);
  }

  checkOpen(): void {
    if (!this.#closed) return;
    throw new Error('The transaction has ended: it was committed or undone. Await all work that uses it.');
  }

  #copyObject(value: unknown, where: string): JsonObject {
    const copied = copyJsonObject(value, where);
    this.size += copied.size;
    return copied.value;
  }
}
