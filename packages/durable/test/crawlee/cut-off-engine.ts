import { ProcessEngine } from '../../../platform/src/engines/process/process-engine.ts';

/** A process engine whose server can be cut off: what the platform would kill there lives on. */
export class CutOffEngine extends ProcessEngine {
  isCutOff = false;

  override kill(runId: string, attempt: number): void {
    if (!this.isCutOff) super.kill(runId, attempt);
  }
}
