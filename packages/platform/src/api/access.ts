/**
 * What each route declares: who may call it, and what a call does to the attempt that makes it. A route without a
 * declaration fails at the start of the platform. `authorization.ts` reads `access`, the gate reads `effect`.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Effect } from '../runs/handoff/attempt-gate.ts';
import type { RunMount } from './runs/run-mounts.ts';
import type { StorageMount } from './storages/storage-mounts.ts';

/**
 * How far attempts reach by a route that they may call; `authorization.ts` checks it.
 *
 * - `account`: the rest of the account, at full permissions alone.
 * - `ownRun`: the attempt's own run; any run of the account at full permissions.
 * - `onlyOwnRun`: the attempt's own run, at both levels.
 * - `readRun`: its own run and those that it started; any at full permissions.
 * - `readLog`: the log of such a run or of its own build; any at full permissions.
 * - `listRuns`: its own run and those that it started are listed; all at full permissions.
 * - `createStorage`, `startRun`: checked with what is done, since it is not known before what that reaches.
 * - `readStorage`, `writeStorage`: a storage. `records` says that the route is about one record, or about all at once.
 * - `readActor`: its own Actor and, without their source, those of runs that it started, for Apify's clients read an Actor
 *   whose run they wait for; any at full permissions.
 * - `readActorSource`, `readBuild`: its own Actor and build; any at full permissions.
 * - `changeActor`: its own Actor, at full permissions alone.
 */
export type AttemptAccess =
  | { readonly attempt: 'account' | 'createStorage' | 'listRuns' | 'startRun' }
  | { readonly attempt: 'ownRun' | 'onlyOwnRun' | 'readRun'; readonly run: RunMount }
  | {
      readonly attempt: 'readStorage' | 'writeStorage';
      readonly storage: StorageMount;
      readonly records?: 'one' | 'all';
    }
  | { readonly attempt: 'readActor' | 'readActorSource' | 'changeActor' | 'readBuild' | 'readLog' };

/** `public`: anyone, without a token. `user`: users alone. Otherwise users, and attempts as far as that says. */
export type Access = 'public' | 'user' | AttemptAccess;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Optional for the types alone: the handler of unknown routes has no declaration. */
    access?: Access;
    effect?: Effect;
  }
}

/** Lets a route without a declaration fail when it is registered. */
export function requireDeclarations(app: FastifyInstance): void {
  app.addHook('onRoute', ({ config, method, url }: RouteOptions) => {
    if (config?.access !== undefined && config.effect !== undefined) return;
    throw new Error(`The route ${method} ${url} does not declare its "access" and "effect". See api/access.ts.`);
  });
}
