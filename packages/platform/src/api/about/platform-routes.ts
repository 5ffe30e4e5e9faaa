import type { FastifyInstance } from 'fastify';

/** What the platform is, and what it was set to that concerns its users. */
export interface AboutPlatform {
  /** Null when whoever has started it did not say. */
  readonly version: string | null;
  /** What runs the Actors, such as `process`. */
  readonly engine: string;
  /** For how many days what is over is kept; null for ever. */
  readonly retentionDays: Readonly<Record<'runs' | 'storages' | 'logs' | 'builds', number | null>>;
}

export function registerPlatformRoutes(app: FastifyInstance, services: { readonly about: AboutPlatform }): void {
  app.get('/wherry/v1/about', { config: { access: 'user', effect: 'reads' } }, async () => ({
    data: { ...services.about, nodeVersion: process.versions.node },
  }));
}
