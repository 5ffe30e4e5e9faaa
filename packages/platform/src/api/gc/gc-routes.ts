import type { FastifyInstance } from 'fastify';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime, isoTimeOrNull } from '../../shared/time.ts';

const collectedKinds = ['runs', 'datasets', 'keyValueStores', 'requestQueues', 'logs', 'builds'] as const;
export type CollectedKind = (typeof collectedKinds)[number];

/** What one collection has deleted until now, or would delete. Times in ms since 1970. */
export interface Collection {
  readonly isDryRun: boolean;
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly finishedAt: number | null;
  /** Why it ended early: the next one continues. */
  readonly error: string | null;
  /** Bytes of contents, as far as they are known: those of runs are their logs. */
  readonly collected: Readonly<Record<CollectedKind, { readonly count: number; readonly bytes: number }>>;
}

/** Deletes what retention does not keep; `main/retention.ts`. */
export interface GarbageCollector {
  /** Starts a collection, unless one of the same kind is under way. @throws Refusal 409 while one of the other kind is */
  start(options: { readonly isDryRun: boolean }): Collection;
  /** The one under way, or the last one; null when there was none since the start of the platform. */
  readonly last: Collection | null;
}

const checkRequest = bodyChecker<{ readonly dryRun?: boolean }>({
  type: 'object',
  additionalProperties: false,
  properties: { dryRun: { type: 'boolean' } },
});

const apiCollection = ({ startedAt, finishedAt, ...collection }: Collection) => ({
  ...collection,
  startedAt: isoTime(startedAt),
  finishedAt: isoTimeOrNull(finishedAt),
});

/** For administrators: to delete at once what the platform deletes every hour, and to see what that is. */
export function registerGcRoutes(app: FastifyInstance, services: { readonly collector: GarbageCollector }): void {
  app.get('/wherry/v1/gc', { config: { access: 'administrator', effect: 'reads' } }, async () => {
    const { last } = services.collector;
    return { data: last && apiCollection(last) };
  });

  app.post('/wherry/v1/gc', { config: { access: 'administrator', effect: 'savesState' } }, async (request) => {
    const { dryRun: isDryRun = false } = checkRequest(request.body ?? {});
    return { data: apiCollection(services.collector.start({ isDryRun })) };
  });
}
