/**
 * The order of a graceful shutdown.
 *
 * [shutdown-1] On `migrating` and `aborting` no new request is begun; requests in flight are finished and committed; only then
 *     does the SDK reboot or exit. (The stock SDK does so at once, and the requests in flight are done again.)
 * [shutdown-2] The reboot or exit is done by the SDK's own listener, with its delay and its errors. If the author of the
 *     Actor has switched it off, nothing is done.
 * [shutdown-3] A process that was told before its crawl began begins no request: the SDK is about to end it.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Actor } from 'apify';
import type { EventType } from 'crawlee';
import { isSdkLoaded } from '../events.ts';
import type { ActorInside } from './inside.ts';
import { expectLoss } from './lost-run.ts';

export interface Drainable {
  /** Resolves when no request is in flight and all commits are durable. */
  drain(): Promise<void>;
}

const eventNames = ['migrating', 'aborting'] as const;
const atWork = new Set<Drainable>();
let restoreListeners: (() => void) | undefined;
let isShuttingDown = false;
let watching: Promise<void> | undefined;
const told = new Set<(typeof eventNames)[number]>();

/**
 * Notes from now on that the process was told to migrate or to abort, so that a crawl that begins later knows it. Called when
 * this package is imported, before the SDK connects to its events. A program without the SDK does not load it for this.
 */
export function watchForShutdown(): Promise<void> {
  watching ??= (async () => {
    // All modules that the program imports have been loaded then, in whatever order.
    await turn();
    if (!isSdkLoaded()) return;
    const { Actor } = await import('apify');
    const { eventManager } = Actor.getDefaultInstance() as unknown as ActorInside;
    for (const name of eventNames) eventManager.on(name as EventType, () => told.add(name));
  })();
  return watching;
}

/** Drains the crawler before the SDK shuts down. Returns a function that ends this, for a crawl that has finished. */
export function shutDownInOrder(crawler: Drainable, actor: Actor | undefined): () => void {
  atWork.add(crawler);
  if (actor !== undefined) {
    restoreListeners ??= replaceListeners(actor);
    if (isAboutToEnd(actor)) {
      expectLoss();
      void crawler.drain();
    }
  }
  return () => {
    atWork.delete(crawler);
    if (atWork.size > 0 || isShuttingDown) return;
    restoreListeners?.();
    restoreListeners = undefined;
  };
}

/** Whether the SDK's own listener was called before it was replaced [shutdown-3]. */
const isAboutToEnd = (actor: Actor): boolean =>
  [...told].some((name) => (actor as unknown as ActorInside).gracefulShutdownHandlers[name] !== undefined);

function replaceListeners(actor: Actor): () => void {
  const listeners = eventNames.flatMap((name) => {
    const stock = (actor as unknown as ActorInside).gracefulShutdownHandlers[name];
    return stock === undefined ? [] : [{ name, stock, own: () => drainAndContinue(stock) }];
  });
  for (const { name, stock, own } of listeners) {
    actor.off(name, stock);
    actor.on(name, own);
  }
  return () => {
    for (const { name, stock, own } of listeners) {
      actor.off(name, own);
      actor.on(name, stock);
    }
  };
}

/** Returns before the drain has ended, because `reboot` calls the listeners again and waits for them. */
function drainAndContinue(stock: () => void): void {
  if (isShuttingDown) return;
  isShuttingDown = true;
  expectLoss();
  void Promise.all([...atWork].map((crawler) => crawler.drain())).then(stock);
}
