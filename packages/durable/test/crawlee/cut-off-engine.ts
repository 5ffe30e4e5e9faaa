import { ProcessEngine } from '../../../platform/src/index.ts';

/** A process engine whose servers can be cut off: processes that the platform kills there live on. */
export class CutOffEngine extends ProcessEngine {
  readonly #spared = new Set<string>();

  spare(runId: string, attempt: number): void {
    this.#spared.add(`${runId}/${attempt}`);
  }

  override kill(runId: string, attempt: number): void {
    if (!this.#spared.has(`${runId}/${attempt}`)) super.kill(runId, attempt);
  }
}
