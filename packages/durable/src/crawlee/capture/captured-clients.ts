/**
 * The one place where writes are caught: the methods of the storage clients that Crawlee and the SDK write through,
 * the API's or the local storage's. Outside of a handler, and for a client of another account, they are as ever.
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
const lateWrite = 'A request handler did not wait for something that it writes: that is not a part of its commit.';
const isWrite = (name: string): boolean => /^(?:push|set|delete|add|batchAdd|update)/.test(name);

/** Doing it again is no error. */
export function captureClients(config: Configuration): void {
  registerConfiguration(config);
  const storage = config.getStorageClient();
  captureMethods(storage.dataset('any'), datasetMethods);
  captureMethods(storage.keyValueStore('any'), storeMethods);
  captureMethods(storage.requestQueue('any'), queueMethods);
}

/** The SDK's own client for datasets that are charged for is a subclass; catching in the base class lets it charge. */
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
  if (found === undefined) throw new Error(`@wherry/durable: a storage client has no ${name}(), which it relies on`);
  return found as Record<string, AnyMethod>;
}

async function route(call: Call<never[], unknown>, capture: Capture): Promise<unknown> {
  const work = scopeAtWork()?.work;
  // What a handler left behind comes while its commit is under way, or later.
  if (work?.phase === 'committing') await work.commit().catch(() => undefined);
  switch (work?.phase) {
    // [work-2] whoever waits for it belongs to a handler that was given up.
    case 'undone':
      return new Promise(() => undefined);
    // [work-3]
    case 'committed':
      if (isWrite(call.name)) log.warningOnce(lateWrite);
      return call.stock();
    default:
      return capture(work, call);
  }
}
