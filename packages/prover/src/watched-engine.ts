/** The process engine, with what the prover must know and do of each attempt. */
import type { ContainerRef, ContainerSpec, Engine, ProcessEngine } from '@wherry/platform';

export interface AttemptStart {
  readonly runId: string;
  readonly attempt: number;
  /** The attempt's own token, by which the proxy knows whose call it is. */
  readonly token: string;
  /** Leads a process group. */
  readonly pid: number;
}

export interface WatchedEngineParts {
  readonly engine: ProcessEngine;
  /** Told before the program runs, which waits for it. */
  readonly starting: (start: AttemptStart) => Promise<void>;
  /** What an attempt finds in its environment besides. */
  readonly environmentOf: (spec: ContainerSpec) => Readonly<Record<string, string>>;
}

export class WatchedEngine implements Engine {
  readonly name = 'process';
  readonly #parts: WatchedEngineParts;
  /** Attempts of which the platform thinks that their server is gone, so that it cannot kill them. */
  readonly #spared = new Set<string>();

  constructor(parts: WatchedEngineParts) {
    this.#parts = parts;
  }

  spare(runId: string, attempt: number): void {
    this.#spared.add(keyOf(runId, attempt));
  }

  servers(): readonly string[] {
    return this.#parts.engine.servers();
  }

  listen(listener: Parameters<Engine['listen']>[0]): void {
    this.#parts.engine.listen(listener);
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { engine, starting, environmentOf } = this.#parts;
    const { runId, attempt, env } = spec;
    return engine.start({ ...spec, env: { ...environmentOf(spec), ...env } }, async (ref) => {
      await record(ref);
      await starting({ runId, attempt, token: env.APIFY_TOKEN!, pid: Number(ref.pid) });
    });
  }

  kill(runId: string, attempt: number): void {
    if (!this.#spared.has(keyOf(runId, attempt))) this.#parts.engine.kill(runId, attempt);
  }

  killOrphan(ref: ContainerRef): Promise<void> {
    return this.#parts.engine.killOrphan(ref);
  }

  close(): Promise<void> {
    return this.#parts.engine.close();
  }
}

const keyOf = (runId: string, attempt: number): string => `${runId}/${attempt}`;
