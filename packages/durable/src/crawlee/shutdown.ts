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
let giveBack: (() => void) | undefined;
let isOver = false;

/** Answers what ends it. */
export function shutDownInOrder(crawler: Drainable, actor: Actor | undefined): () => void {
  atWork.add(crawler);
  if (actor !== undefined) giveBack ??= takePlaces(actor);
  return () => {
    atWork.delete(crawler);
    if (atWork.size > 0 || isOver) return;
    giveBack?.();
    giveBack = undefined;
  };
}

function takePlaces(actor: Actor): () => void {
  const places = eventNames.flatMap((name) => {
    const stock = (actor as unknown as ActorInside).gracefulShutdownHandlers[name];
    return stock === undefined ? [] : [{ name, stock, own: () => goInOrder(stock) }];
  });
  for (const { name, stock, own } of places) {
    actor.off(name, stock);
    actor.on(name, own);
  }
  return () => {
    for (const { name, stock, own } of places) {
      actor.off(name, own);
      actor.on(name, stock);
    }
  };
}

/** `reboot` calls the listeners again and waits for them, so this one answers at once. */
function goInOrder(stock: () => void): void {
  if (isOver) return;
  isOver = true;
  expectLoss();
  void Promise.all([...atWork].map((crawler) => crawler.drain())).then(stock);
}
