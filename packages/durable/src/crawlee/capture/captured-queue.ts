import { getRequestId } from 'crawlee';
import type { JsonObject, RequestObject } from '../../commit.ts';
import { scopeAtWork, type Work } from '../work.ts';
import type { Call, Capture, Captures } from './capture.ts';
import { storageIdOf } from './own-clients.ts';

interface AddOptions {
  readonly forefront?: boolean;
}

/** The result for an added request, in the shape of the API. */
interface AddedRequest {
  readonly requestId: string;
  readonly uniqueKey: string;
  readonly wasAlreadyPresent: boolean;
  readonly wasAlreadyHandled: boolean;
}

type Given = { readonly uniqueKey: string } & object;

/** These calls are not captured, but they too find out whether the attempt is fenced. */
const passed: Capture = (_work, call) => call.stock();

export const queueMethods: Captures = {
  listHead: passed,
  listAndLockHead: passed,
  prolongRequestLock: passed,
  getRequest: passed,
  async addRequest(work, call) {
    const [request, options] = call.arguments as unknown as [Given, AddOptions?];
    const added = await add(work, call, [request], options);
    return added === undefined ? call.stock() : added[0];
  },

  async batchAddRequests(work, call) {
    const [requests, options] = call.arguments as unknown as [Given[], AddOptions?];
    const added = await add(work, call, requests, options);
    return added === undefined ? call.stock() : { processedRequests: added, unprocessedRequests: [] };
  },

  /** With `handledAt` the work on a request has ended; without it, the request goes back to the queue. */
  async updateRequest(work, call) {
    const [request] = call.arguments as unknown as [{ id: string; uniqueKey: string; handledAt?: string | null }];
    const { id, uniqueKey, handledAt } = request;
    const task = scopeAtWork()?.task;
    if (!handledAt) {
      if (task?.handles(id) === true) await task.reclaim();
      return call.stock();
    }
    const { clientKey } = call.client;
    const queueId = storageIdOf(call.client, 'requestQueue');
    const options = { ...(queueId !== undefined && { queueId }), ...(clientKey !== undefined && { clientKey }) };
    const result = { requestId: id, uniqueKey, wasAlreadyPresent: true, wasAlreadyHandled: false };
    if (work !== undefined) {
      work.transaction.markHandled(plain(request) as JsonObject & { id: string }, options);
      return result;
    }
    if (task?.handles(id) !== true) return call.stock();
    const outcome = await task.finish(request, options);
    return { ...result, wasAlreadyHandled: outcome === 'dropped' };
  },
};

/** Undefined if the call is not captured. */
async function add(
  work: Work | undefined,
  call: Call<never[], unknown>,
  given: readonly Given[],
  { forefront = false }: AddOptions = {},
): Promise<AddedRequest[] | undefined> {
  const scope = scopeAtWork();
  if (work === undefined && scope?.addInitially === undefined) return undefined;
  const queueId = storageIdOf(call.client, 'requestQueue');
  const added = await Promise.all(given.map((request) => lookUp(call, request, scope?.countsNewRequests === true)));
  const requests = given.map((request) => plain(request) as RequestObject);
  if (work === undefined) {
    await scope!.addInitially!(requests, { forefront, ...(queueId !== undefined && { queueId }) });
  } else {
    work.transaction.addRequests(requests, { forefront, ...(queueId !== undefined && { queueId }) });
  }
  return added;
}

/**
 * Only the queue knows whether a request is new, and only once the commit is made. The queue is asked before that only if
 * the number of new requests is limited. Otherwise the request counts as new: Crawlee does not add requests that it knows.
 */
async function lookUp({ client }: Call<never[], unknown>, { uniqueKey }: Given, ask: boolean): Promise<AddedRequest> {
  const requestId = getRequestId(uniqueKey);
  const reader = client as unknown as { getRequest(id: string): Promise<{ handledAt?: unknown } | undefined> };
  const known = ask ? await reader.getRequest(requestId) : undefined;
  const wasAlreadyHandled = known?.handledAt !== undefined && known.handledAt !== null;
  return { requestId, uniqueKey, wasAlreadyPresent: known !== undefined, wasAlreadyHandled };
}

/** Drops the undefined properties of Crawlee's requests. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));
