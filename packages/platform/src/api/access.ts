/**
 * What each route declares: who may call it, and what a call does to the attempt that makes it. The platform does not
 * start with a route that has no declaration. `authorization.ts` reads `access`, the gate reads `effect`.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TokenScope } from '../database/operation.ts';
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

/**
 * - `public`: anyone, without a token.
 * - `user`: only users. `profile`: the same, with any token of theirs, whatever its limits.
 * - `moveRun`: only users, a run of theirs; administrators, any run.
 * - `administrator`: only administrators.
 *
 * Otherwise users, for what is theirs, and attempts within the given limits.
 */
export type Access = 'public' | 'user' | 'profile' | 'moveRun' | 'administrator' | AttemptAccess;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Optional only in the type: what responds to unknown paths has no declaration. */
    access?: Access;
    effect?: Effect;
    /** The scope that a token of a user needs, where `scopeOf` would say something else. */
    scope?: TokenScope;
    /** Whether it serves the console's own files, which its pages may load as scripts and styles [browser-session-7]. */
    isPartOfConsole?: boolean;
  }
}

/** Makes the registration of a route without a declaration throw. */
export function requireDeclarations(app: FastifyInstance): void {
  app.addHook('onRoute', ({ config, method, url }: RouteOptions) => {
    if (config?.access !== undefined && config.effect !== undefined) return;
    throw new Error(`The route ${method} ${url} does not declare its "access" and "effect". See api/access.ts.`);
  });
}

/** What a route is, as far as the functions below ask. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly config: { readonly access?: Access; readonly effect?: Effect; readonly scope?: TokenScope };
}

/**
 * The scope that a token with limits needs for a call [token-2]: `read` where the call only reads, `run` for starts of runs and
 * for what is done to a run under way, `manage` for all else. Undefined where no scope is needed.
 */
export function scopeOf({ method, config: { access, effect, scope } }: DeclaredRoute): TokenScope | undefined {
  if (access === undefined || access === 'public') return undefined;
  if (scope !== undefined) return scope;
  if (access === 'profile') return undefined;
  if (access === 'moveRun') return 'run';
  if (typeof access === 'object' && ['startRun', 'ownRun', 'onlyOwnRun'].includes(access.attempt)) {
    return effect === 'reads' ? 'read' : 'run';
  }
  return effect === 'reads' || method === 'GET' || method === 'HEAD' ? 'read' : 'manage';
}

/** Some GETs do: they start runs [browser-session-5]. */
export const doesMoreThanRead = (route: DeclaredRoute): boolean =>
  (route.method !== 'GET' && route.method !== 'HEAD') || !['read', undefined].includes(scopeOf(route));

/**
 * Whether a call gets an entry in the audit log: what changes something, but for the contents of storages and what an attempt
 * says of its own run all the time. Users share a run by the same call.
 */
export function isAudited({ url, config: { access, effect } }: DeclaredRoute, caller: 'user' | 'attempt'): boolean {
  if (access === undefined || access === 'public' || effect === undefined || effect === 'reads') return false;
  if (typeof access === 'string') return true;
  switch (access.attempt) {
    case 'writeStorage':
      return url === access.storage.prefix;
    case 'ownRun':
      return caller === 'user' || url !== access.run.prefix;
    case 'onlyOwnRun':
      return url.endsWith('/metamorph');
    // Only a queue's reading has an effect.
    case 'readStorage':
      return false;
    default:
      return !(access.attempt === 'account' && url === '/v2/request-queues');
  }
}
