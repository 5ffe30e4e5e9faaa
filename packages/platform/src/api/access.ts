/**
 * What each route declares: who may call it, and what a call does to the attempt that makes it. The platform does not
 * start with a route that has no declaration. `authorization.ts` reads `access`, the gate reads `effect`.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Effect } from '../runs/handoff/attempt-gate.ts';
import type { RunMount } from './runs/run-mounts.ts';
import type { StorageMount } from './storages/storage-mounts.ts';

/**
 * What an attempt may reach through a route; `authorization.ts` checks it.
 *
 * - `account`: the rest of the account, only with full permissions.
 * - `ownRun`: the attempt's own run; with full permissions, any run of the account.
 * - `onlyOwnRun`: the attempt's own run, at both levels.
 * - `readRun`: its own run and the runs that it started; with full permissions, any run.
 * - `readLog`: the log of such a run or of its own build; with full permissions, any log.
 * - `listRuns`: lists its own run and the runs that it started; with full permissions, all runs.
 * - `createStorage`, `startRun`, `addWebhook`: checked inside the operation, since only the operation finds out what the call reaches.
 * - `readStorage`, `writeStorage`: a storage. `records` says that the route concerns one record, or all records at once.
 * - `readActor`: its own Actor, and the Actors of runs that it started, without their source, since Apify's clients read
 *   the Actor of a run that they wait for; with full permissions, any Actor.
 * - `readActorSource`, `readBuild`: its own Actor and build; with full permissions, any.
 * - `changeActor`: its own Actor, only with full permissions.
 *
 * `visitor` says that callers without a token may make the call too, for a resource whose `generalAccess` shares it; with
 * `storageSignature` and `recordSignature` also when the URL has a right signature for the contents of the storage, or for the
 * record. `visitors.ts` checks it. The last run of an Actor is never shared, since an Actor is not.
 */
export type AttemptAccess =
  | { readonly attempt: 'account' | 'addWebhook' | 'createStorage' | 'listRuns' | 'startRun' }
  | { readonly attempt: 'ownRun' | 'onlyOwnRun'; readonly run: RunMount }
  | { readonly attempt: 'readRun'; readonly run: RunMount; readonly visitor?: 'generalAccess' }
  | {
      readonly attempt: 'readStorage';
      readonly storage: StorageMount;
      readonly records?: 'one' | 'all';
      readonly visitor: 'generalAccess' | 'storageSignature' | 'recordSignature';
    }
  | { readonly attempt: 'writeStorage'; readonly storage: StorageMount; readonly records?: 'one' | 'all' }
  | { readonly attempt: 'readLog'; readonly visitor?: 'generalAccess' }
  | { readonly attempt: 'readActor' | 'readActorSource' | 'changeActor' | 'readBuild' };

/** `public`: anyone, without a token. `user`: only users. Otherwise users, and attempts within the given limits. */
export type Access = 'public' | 'user' | AttemptAccess;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Optional only in the type: what responds to unknown paths has no declaration. */
    access?: Access;
    effect?: Effect;
  }
}

/** Makes the registration of a route without a declaration throw. */
export function requireDeclarations(app: FastifyInstance): void {
  app.addHook('onRoute', ({ config, method, url }: RouteOptions) => {
    if (config?.access !== undefined && config.effect !== undefined) return;
    throw new Error(`The route ${method} ${url} does not declare its "access" and "effect". See api/access.ts.`);
  });
}
