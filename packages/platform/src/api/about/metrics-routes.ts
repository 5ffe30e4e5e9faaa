import type { FastifyInstance } from 'fastify';

/** Gives what the platform measures of itself in the text format of Prometheus; `metrics/platform-metrics.ts`. */
export interface MetricsReporter {
  readonly contentType: string;
  text(): Promise<string>;
}

export function registerMetricsRoutes(app: FastifyInstance, { metrics }: { readonly metrics: MetricsReporter }): void {
  app.get('/metrics', { config: { access: 'administrator', effect: 'reads' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
