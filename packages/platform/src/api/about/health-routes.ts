import type { FastifyInstance } from 'fastify';

/** `message`: why it fails, or what does not work although it is well. */
export type CheckResult =
  | { readonly ok: true; readonly message?: string }
  | { readonly ok: false; readonly message: string };

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  readonly checks: Readonly<Record<'database' | 'disk' | 'engine' | 'eventLoop', CheckResult>>;
}

/** Whether it takes calls: from when its runs are recovered until its end begins. */
export type Readiness = 'starting' | 'ready' | 'stopping';

/** Says what works of the platform; `main/health.ts`. */
export interface HealthReporter {
  readonly readiness: Readiness;
  report(): Promise<HealthReport>;
}

export function registerHealthRoutes(app: FastifyInstance, { health }: { readonly health: HealthReporter }): void {
  app.get('/health', { config: { access: 'public', effect: 'reads' } }, async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.status === 'ok' ? 200 : 503).send(report);
  });
  app.get('/ready', { config: { access: 'public', effect: 'reads' } }, (_request, reply) =>
    reply.code(health.readiness === 'ready' ? 200 : 503).send({ status: health.readiness }),
  );
}
