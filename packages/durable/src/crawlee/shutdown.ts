/**
 * The order in which a process goes when it is told to.
 *
 * [shutdown-1] on `migrating` and `aborting` no request is begun any more; those in hand are finished and committed; only then
 *     does the SDK reboot or exit. (By itself it does so at once, and what is in hand is done again.)
 * [shutdown-2] what the SDK would have done is done by its own listener, with the delay and the errors that it has; if its author
 *     has switched it off, nothing is done.
 */
import type { Actor } from 'apify';
import type { ActorInside } from './inside.ts';
import { expectLoss } from './lost-run.ts';

export interface Drainable {
  /** Answers when no request is in hand any more and all commits are durable. */
  drain(): Promise<void>;
}

const eventNames = ['migrating', 'aborting'] as const;
const atWork = new Set<Drainable>();
let restoreListeners: (() => void) | undefined;
let isShuttingDown = false;

/** Answers what ends it. */
export function shutDownInOrder(crawler: Drainable, actor: Actor | undefined): () => void {
  atWork.add(crawler);
  if (actor !== undefined) restoreListeners ??= replaceListeners(actor);
  return () => {
    atWork.delete(crawler);
    if (atWork.size > 0 || isShuttingDown) return;
    restoreListeners?.();
    restoreListeners = undefined;
  };
}

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

/** `reboot` calls the listeners again and waits for them, so this one answers at once. */
function drainAndContinue(stock: () => void): void {
  if (isShuttingDown) return;
  isShuttingDown = true;
  expectLoss();
  void Promise.all([...atWork].map((crawler) => crawler.drain())).then(stock);
}
