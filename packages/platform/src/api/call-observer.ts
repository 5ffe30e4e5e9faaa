/** Tells an observer of the calls that have ended, for metrics. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

export interface ObservedCall {
  readonly method: string;
  /** The pattern of the route, such as `/v2/datasets/:storageId`; `unknown` for a path that none has. */
  readonly route: string;
  readonly statusCode: number;
  /** The type of the refusal, such as `attempt-fenced`. */
  readonly errorType: string | undefined;
  readonly durationMs: number;
  readonly headers: IncomingHttpHeaders;
}

/** It must not throw. */
export interface CallObserver {
  called(call: ObservedCall): void;
}

export function observeCalls(app: FastifyInstance, observer: CallObserver): void {
  app.addHook('onResponse', (request, reply, done) => {
    observer.called({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      statusCode: reply.statusCode,
      errorType: request.refusalType,
      durationMs: reply.elapsedTime,
      headers: request.headers,
    });
    done();
  });
}
