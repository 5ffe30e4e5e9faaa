/**
 * The one place where writes are captured: the methods of the storage clients, of the API or of the local storage, through
 * which Crawlee and the SDK write. Outside of a handler, and for a client of another account, nothing changes.
 *
 * This folder captures what a request handler does by the methods of Crawlee and the SDK: storage clients, queues, request
 * lists, charges, states and statistics. The rest of `crawlee/` decides when it is committed.
 */
import { type Configuration, log } from 'crawlee';
import type { StorageClientInside } from '../inside.ts';
import { haltIfFenced } from '../lost-run.ts';
import { scopeAtWork } from '../work.ts';
import type { Call, Capture, Captures } from './capture.ts';
import { datasetMethods } from './captured-dataset.ts';
import { queueMethods } from './captured-queue.ts';
import { storeMethods } from './captured-store.ts';
import { isOwn, registerConfiguration } from './own-clients.ts';

type AnyMethod = (...args: never[]) => Promise<unknown>;

const captured = new WeakSet<object>();
const lateWrite = 'A request handler did not wait for a write, which is therefore not a part of its commit. Await it.';
const isWrite = (name: string): boolean => /^(?:push|set|delete|add|batchAdd|update)/.test(name);

/** Captures the clients of a configuration. Calling it again does nothing. */
export function captureClients(config: Configuration): void {
  registerConfiguration(config);
  const storage = config.getStorageClient();
  captureMethods(storage.dataset('any'), datasetMethods);
  captureMethods(storage.keyValueStore('any'), storeMethods);
  captureMethods(storage.requestQueue('any'), queueMethods);
}

/** The SDK's client for datasets with charges is a subclass. Capturing the method of the base class lets it charge. */
function captureMethods(client: object, captures: Captures): void {
  for (const [name, capture] of Object.entries(captures)) {
    const base = baseWith(client, name);
    if (captured.has(base[name]!)) continue;
    const stock = base[name]!;
    const replacement = function (this: StorageClientInside, ...args: never[]): Promise<unknown> {
      const call = { name, client: this, arguments: args, stock: () => stock.apply(this, args) };
      return isOwn(this) ? route(call, capture).catch(haltIfFenced) : call.stock();
    };
    captured.add(replacement);
    base[name] = replacement;
  }
}

function baseWith(client: object, name: string): Record<string, AnyMethod> {
  let found: object | undefined;
  for (let at: object | null = Object.getPrototypeOf(client); at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) found = at;
  }
  if (found === undefined) {
    throw new Error(`@wherry/durable needs ${name}() of the storage clients. Install a supported version of Crawlee.`);
  }
  return found as Record<string, AnyMethod>;
}

async function route(call: Call<never[], unknown>, capture: Capture): Promise<unknown> {
  const work = scopeAtWork()?.work;
  // A call that the handler did not await may come while its commit is in progress, or later.
  if (work?.phase === 'committing') await work.commit().catch(() => undefined);
  switch (work?.phase) {
    // The caller belongs to a handler that has failed, and must not go on [work-2].
    case 'undone':
      return new Promise(() => undefined);
    // The call was not awaited by the handler, so it is made on its own [work-3].
    case 'committed':
      if (isWrite(call.name)) log.warningOnce(lateWrite);
      return call.stock();
    default:
      return capture(work, call);
  }
}
