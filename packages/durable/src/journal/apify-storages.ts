import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../commit.ts';
import { RefusedError } from '../errors.ts';
import { checked, dataOf } from '../http/api-response.ts';
import { backOffMs, type HttpCall, type HttpClient, type HttpResponse, NoResponseError } from '../http/http-client.ts';
import type { QueueAddress, StorageKind, Storages, StoredRecord } from './storages.ts';

/** The ids of a run and of its default storages, from its environment. */
export interface RunAddress {
  readonly runId: string;
  readonly datasetId: string;
  readonly keyValueStoreId: string;
  readonly requestQueueId: string;
}

const journalKey = 'WHERRY-JOURNAL';
const json = 'application/json; charset=utf-8';
const pageItems = 1000;

/** Storages of a run on Apify, through the API. */
export class ApifyStorages implements Storages {
  /** Apify's item counts are late by up to 5 s; this is twice as long. */
  readonly settleMs: number;
  readonly #http: HttpClient;
  readonly #run: RunAddress;
  #chargesNothing = false;

  constructor(http: HttpClient, run: RunAddress, { settleMs = 10_000 }: { settleMs?: number } = {}) {
    this.#http = http;
    this.#run = run;
    this.settleMs = settleMs;
  }

  async wait(ms: number): Promise<void> {
    await delay(ms);
  }

  lastingId(kind: StorageKind, id: string): string | undefined {
    const { datasetId, keyValueStoreId, requestQueueId } = this.#run;
    return id === { dataset: datasetId, store: keyValueStoreId, queue: requestQueueId }[kind] ? undefined : id;
  }

  async readJournal(): Promise<string | undefined> {
    const bytes = await this.readRecord(journalKey);
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  writeJournal(text: string): Promise<void> {
    return this.writeRecord({ key: journalKey, bytes: Buffer.from(text), contentType: json });
  }

  async readRecord(key: string): Promise<Uint8Array | undefined> {
    const response = await this.#ask({ method: 'GET', path: this.#recordPath(undefined, key) }, [404]);
    return response.status === 404 ? undefined : response.body;
  }

  async writeRecord({ storeId, key, bytes, contentType }: StoredRecord): Promise<void> {
    await this.#ask({ method: 'PUT', path: this.#recordPath(storeId, key), body: bytes, contentType });
  }

  async deleteRecord({ storeId, key }: { storeId?: string | undefined; key: string }): Promise<void> {
    await this.#ask({ method: 'DELETE', path: this.#recordPath(storeId, key) }, [404]);
  }

  async listKeys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let after: string | undefined; ; ) {
      const query = new URLSearchParams({ prefix, limit: '1000', ...(after && { exclusiveStartKey: after }) });
      const path = `/v2/key-value-stores/${this.#run.keyValueStoreId}/keys?${query}`;
      const page = dataOf<{ items: { key: string }[]; nextExclusiveStartKey?: string | null; isTruncated: boolean }>(
        await this.#ask({ method: 'GET', path }),
      );
      // An API that does not know `prefix` returns all keys.
      keys.push(...page.items.map(({ key }) => key).filter((key) => key.startsWith(prefix)));
      if (!page.isTruncated || !page.nextExclusiveStartKey) return keys;
      after = page.nextExclusiveStartKey;
    }
  }

  async countItems(datasetId: string | undefined): Promise<number> {
    const response = await this.#ask({ method: 'GET', path: this.#datasetPath(datasetId) });
    return dataOf<{ itemCount: number }>(response).itemCount;
  }

  async *readItems(datasetId: string | undefined, offset: number): AsyncIterable<readonly JsonObject[]> {
    for (let from = offset; ; from += pageItems) {
      const path = `${this.#datasetPath(datasetId)}/items?format=json&offset=${from}&limit=${pageItems}`;
      const { body } = await this.#ask({ method: 'GET', path });
      const items = JSON.parse(body.toString('utf8')) as JsonObject[];
      if (items.length > 0) yield items;
      if (items.length < pageItems) return;
    }
  }

  async pushItems(
    datasetId: string | undefined,
    items: readonly JsonObject[],
    key: string,
  ): Promise<'pushed' | 'unknown'> {
    const path = `${this.#datasetPath(datasetId)}/items`;
    // Wherry uses the key; Apify ignores it.
    const headers = { 'idempotency-key': key };
    const call: HttpCall = { method: 'POST', path, body: JSON.stringify(items), contentType: json, headers };
    for (let failures = 0; ; failures += 1) {
      try {
        const response = await this.#http.send(call);
        // A call with the response 429 had no effect. After any other failure the effect is unknown.
        if (response.status >= 500) return 'unknown';
        if (response.status !== 429) {
          checked(call, response, []);
          return 'pushed';
        }
      } catch (error) {
        if (!(error instanceof NoResponseError)) throw error;
        if (error.wasSent) return 'unknown';
      }
      await delay(backOffMs(failures));
    }
  }

  async getRequest(queue: QueueAddress, id: string): Promise<JsonObject | undefined> {
    const path = this.#queuePath(queue, `requests/${encodeURIComponent(id)}`);
    const response = await this.#ask({ method: 'GET', path }, [404]);
    return response.status === 404 ? undefined : dataOf<JsonObject>(response);
  }

  async addRequests(queue: QueueAddress, requests: readonly JsonObject[], forefront: boolean): Promise<void> {
    let left = requests;
    for (let failures = 0; left.length > 0; failures += 1) {
      if (failures > 0) await delay(backOffMs(failures));
      const path = this.#queuePath(queue, 'requests/batch', { forefront: String(forefront) });
      const response = await this.#ask({ method: 'POST', path, body: JSON.stringify(left), contentType: json });
      // Apify returns the requests that it did not process because it was too busy.
      const { unprocessedRequests = [] } = dataOf<{ unprocessedRequests?: { uniqueKey: string }[] }>(response);
      const unprocessed = new Set(unprocessedRequests.map(({ uniqueKey }) => uniqueKey));
      left = left.filter(({ uniqueKey }) => unprocessed.has(uniqueKey as string));
    }
  }

  async updateRequest(queue: QueueAddress, request: JsonObject & { readonly id: string }): Promise<void> {
    const path = this.#queuePath(queue, `requests/${encodeURIComponent(request.id)}`);
    await this.#ask({ method: 'PUT', path, body: JSON.stringify(request), contentType: json });
  }

  async charge({ eventName, count, key }: { eventName: string; count: number; key: string }): Promise<void> {
    if (this.#chargesNothing) return;
    const call: HttpCall = {
      method: 'POST',
      path: `/v2/actor-runs/${this.#run.runId}/charge`,
      contentType: json,
      body: JSON.stringify({ eventName, count }),
      headers: { 'idempotency-key': key },
    };
    try {
      await this.#ask(call);
    } catch (error) {
      if (!(error instanceof RefusedError) || (await this.#isPaidPerEvent())) throw error;
      // As in the stock SDK, an Actor that is not paid per event charges nothing and warns once.
      this.#chargesNothing = true;
      console.warn('Charges are ignored: this Actor is not paid per event.');
    }
  }

  async #isPaidPerEvent(): Promise<boolean> {
    const response = await this.#ask({ method: 'GET', path: `/v2/actor-runs/${this.#run.runId}` });
    return dataOf<{ pricingInfo?: { pricingModel?: string } }>(response).pricingInfo?.pricingModel === 'PAY_PER_EVENT';
  }

  async #ask(call: HttpCall, accepted: readonly number[] = []): Promise<HttpResponse> {
    return checked(call, await this.#http.sendWithRetries(call), accepted);
  }

  #recordPath(storeId: string | undefined, key: string): string {
    return `/v2/key-value-stores/${encodeURIComponent(storeId ?? this.#run.keyValueStoreId)}/records/${encodeURIComponent(key)}`;
  }

  #datasetPath(datasetId: string | undefined): string {
    return `/v2/datasets/${encodeURIComponent(datasetId ?? this.#run.datasetId)}`;
  }

  #queuePath({ queueId, clientKey }: QueueAddress, rest: string, query: Record<string, string> = {}): string {
    const search = new URLSearchParams({ ...query, ...(clientKey !== undefined && { clientKey }) }).toString();
    const path = `/v2/request-queues/${encodeURIComponent(queueId ?? this.#run.requestQueueId)}/${rest}`;
    return search === '' ? path : `${path}?${search}`;
  }
}
