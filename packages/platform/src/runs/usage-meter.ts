import type { Telemetry } from '../engines/engine.ts';

/** Memory and processor time of a run, from its containers' telemetry. Memory in bytes, processor in percent of a core. */
export class UsageMeter {
  #count = 0;
  #memorySum = 0;
  #cpuSum = 0;
  #memoryMax = 0;
  #cpuMax = 0;
  #memory = 0;
  #cpu = 0;

  add({ memCurrentBytes, cpuCurrentUsage }: Telemetry): void {
    const cpu = cpuCurrentUsage * 100;
    this.#count += 1;
    this.#memory = memCurrentBytes;
    this.#memorySum += memCurrentBytes;
    this.#memoryMax = Math.max(this.#memoryMax, memCurrentBytes);
    this.#cpu = cpu;
    this.#cpuSum += cpu;
    this.#cpuMax = Math.max(this.#cpuMax, cpu);
  }

  /** With the names of Apify's run statistics and of its `systemInfo` events. */
  get values() {
    const count = Math.max(1, this.#count);
    return {
      memAvgBytes: this.#memorySum / count,
      memMaxBytes: this.#memoryMax,
      memCurrentBytes: this.#memory,
      cpuAvgUsage: this.#cpuSum / count,
      cpuMaxUsage: this.#cpuMax,
      cpuCurrentUsage: this.#cpu,
    };
  }
}
