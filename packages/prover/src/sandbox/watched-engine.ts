/**
 * The process engine, wrapped: the prover learns of each attempt before its first call, and can keep it from being
 * killed.
 */
import type { ContainerRef, ContainerSpec, Engine, ProcessEngine } from '@wherry/platform';
import type { AttemptStart } from '../proxy/attempt-traffic.ts';

export interface WatchedEngineParts {
  readonly engine: ProcessEngine;
  /** Called before the Actor's program runs. The program starts when the promise resolves. */
  readonly starting: (start: AttemptStart) => Promise<void>;
  /** Further environment variables of an attempt. Those of the platform and of the Actor take precedence. */
  readonly environmentOf: (spec: ContainerSpec) => Readonly<Record<string, string>>;
  /** Variables that take precedence over those of the platform and of the Actor. */
  readonly overridesOf: (spec: ContainerSpec) => Readonly<Record<string, string>>;
}

export class WatchedEngine implements Engine {
  readonly name = 'process';
  readonly #parts: WatchedEngineParts;
  /** Attempts whose server counts as lost, so the platform cannot kill them. */
  readonly #protected = new Set<string>();

  constructor(parts: WatchedEngineParts) {
    this.#parts = parts;
  }

  protect(runId: string, attempt: number): void {
    this.#protected.add(keyOf(runId, attempt));
  }

  servers(): readonly string[] {
    return this.#parts.engine.servers();
  }

  listen(listener: Parameters<Engine['listen']>[0]): void {
    this.#parts.engine.listen(listener);
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { engine, starting, environmentOf, overridesOf } = this.#parts;
    const { runId, attempt, env } = spec;
    return engine.start({ ...spec, env: { ...environmentOf(spec), ...env, ...overridesOf(spec) } }, async (ref) => {
      await record(ref);
      await starting({ runId, attempt, token: env.APIFY_TOKEN!, pid: Number(ref.pid) });
    });
  }

  kill(runId: string, attempt: number): void {
    if (!this.#protected.has(keyOf(runId, attempt))) this.#parts.engine.kill(runId, attempt);
  }

  killOrphan(ref: ContainerRef): Promise<void> {
    return this.#parts.engine.killOrphan(ref);
  }

  close(): Promise<void> {
    return this.#parts.engine.close();
  }
}

const keyOf = (runId: string, attempt: number): string => `${runId}/${attempt}`;
