/**
 * Spans for OpenTelemetry, through its API only: nothing is recorded unless the operator registers an SDK before the platform
 * starts (`docs/metrics.md`). Spans are made when what they describe is over, so that nothing is kept meanwhile, and a
 * restart of the platform loses only those of what was under way.
 */
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ObservedCall } from '../api/call-observer.ts';
import type { EndedBuild } from '../builds/builder.ts';
import type { ObservedCommit } from '../database/database.ts';
import { isOver, type RunState } from '../runs/state/run-state.ts';
import type { EndedHandoff } from '../runs/supervisor/collaborators.ts';
import type { PlatformObserver } from './observers.ts';

interface Described {
  readonly name: string;
  /** In ms since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly kind?: SpanKind;
  readonly error?: string | undefined;
}

export class PlatformTraces implements PlatformObserver {
  readonly #tracer = trace.getTracer('wherry');

  changed(before: RunState | undefined, after: RunState): void {
    if ((before !== undefined && isOver(before)) || after.finishedAt === null) return;
    const { id, actorId, buildNumber, status, startedAt, finishedAt, attemptCount } = after;
    this.#span(ROOT_CONTEXT, {
      name: 'run',
      startedAt,
      finishedAt,
      attributes: {
        'wherry.run.id': id,
        'wherry.actor.id': actorId,
        'wherry.build.number': buildNumber,
        'wherry.run.status': status,
        'wherry.run.attempts': attemptCount,
      },
      error: status === 'SUCCEEDED' || status === 'ABORTED' ? undefined : status,
    });
  }

  /** The handoff, and below it its phases: until `migrating`, the drain, until the next attempt works. */
  handoffEnded({ runId, handoff, outcome, finishedAt, downtimeMs }: EndedHandoff): void {
    const { mode, reason, from, to, requestedAt } = handoff;
    const attributes = {
      'wherry.run.id': runId,
      'wherry.handoff.mode': mode,
      'wherry.handoff.reason': reason,
      'wherry.handoff.outcome': outcome,
      'wherry.handoff.from': from,
      ...(to !== null && { 'wherry.handoff.to': to }),
      ...(downtimeMs !== null && { 'wherry.handoff.downtime_ms': downtimeMs }),
    };
    const whole = this.#span(ROOT_CONTEXT, { name: 'handoff', startedAt: requestedAt, finishedAt, attributes });
    if (handoff.phase !== 'switched') return;
    const { migratingAt, switchedAt } = handoff;
    const phase = (name: string, startedAt: number, end: number) =>
      this.#span(whole, {
        name: `handoff ${name}`,
        startedAt,
        finishedAt: end,
        attributes: { 'wherry.run.id': runId },
      });
    phase('prepare', requestedAt, migratingAt ?? switchedAt);
    if (migratingAt !== null) phase('drain', migratingAt, switchedAt);
    phase('resume', switchedAt, finishedAt);
  }

  /** Below the caller's span, if its headers name one. */
  called({ method, route, statusCode, errorType, durationMs, headers }: ObservedCall): void {
    const finishedAt = Date.now();
    this.#span(propagation.extract(context.active(), headers), {
      name: `${method} ${route}`,
      kind: SpanKind.SERVER,
      startedAt: finishedAt - durationMs,
      finishedAt,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': statusCode,
        ...(errorType !== undefined && { 'error.type': errorType }),
      },
      error: statusCode >= 500 ? String(statusCode) : undefined,
    });
  }

  committed({ operations, durationMs }: ObservedCommit): void {
    const finishedAt = Date.now();
    this.#span(ROOT_CONTEXT, {
      name: 'database commit',
      kind: SpanKind.CLIENT,
      startedAt: finishedAt - durationMs,
      finishedAt,
      attributes: { 'db.system.name': 'sqlite', 'db.operation.batch.size': operations.length },
    });
  }

  buildEnded({ buildId, status, startedAt, finishedAt }: EndedBuild): void {
    this.#span(ROOT_CONTEXT, {
      name: 'build',
      startedAt,
      finishedAt,
      attributes: { 'wherry.build.id': buildId, 'wherry.build.status': status },
      error: status === 'FAILED' || status === 'TIMED-OUT' ? status : undefined,
    });
  }

  /** Returns the context for spans below it. */
  #span(parent: Context, { name, kind, startedAt, finishedAt, attributes, error }: Described): Context {
    const options = { startTime: startedAt, attributes, ...(kind !== undefined && { kind }) };
    const span = this.#tracer.startSpan(name, options, parent);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(finishedAt);
    return trace.setSpan(parent, span);
  }
}
