/**
 * The sandbox: the private platforms on which an Actor is tried, with the Actor deployed on each.
 *
 * The folder `sandbox/` starts and stops processes. A trial runner (`trial-runner.ts`) owns one private platform
 * (`private-platform.ts`, in a child process `platform-process.ts`) and the two proxies in front of it, and tries one
 * case at a time. Nothing outside of the sandbox's folder is written, and `close()` leaves no process. The folder
 * imports `faults/`, `proxy/` and `comparison/`.
 */
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import type { Json } from '../comparison/json.ts';
import type { Case } from '../faults/fault.ts';
import type { Address } from './run-control.ts';
import { type CaseRun, TrialRunner } from './trial-runner.ts';

export interface SandboxOptions {
  readonly folder: string;
  readonly runnerCount: number;
  readonly takesCommits: boolean;
  readonly reads: readonly string[];
  readonly deploy: (address: Address) => Promise<string>;
  readonly input: Json | undefined;
  readonly chargedEvents: readonly string[];
}

/** How much longer a run may take for each fault: a boot, a drain, or a client's retries. */
const faultTimeoutMs = 15_000;

export class Sandbox {
  /** How long a run may take, without the time for its faults. It is set again when an undisturbed run was measured. */
  timeoutMs = 10 * 60_000;
  readonly #runners: readonly TrialRunner[];
  readonly #actorId: string;
  readonly #input: Json | undefined;

  private constructor(runners: readonly TrialRunner[], actorId: string, input: Json | undefined) {
    this.#runners = runners;
    this.#actorId = actorId;
    this.#input = input;
  }

  get runnerCount(): number {
    return this.#runners.length;
  }

  /** Builds the Actor once: the other trial runners start with a copy of the first one's data. */
  static async open(options: SandboxOptions): Promise<Sandbox> {
    const { folder, runnerCount, takesCommits, reads, deploy, input, chargedEvents } = options;
    const folders = Array.from({ length: runnerCount }, (_, index) => path.join(folder, `runner-${index + 1}`));
    const [firstFolder, ...otherFolders] = folders as [string, ...string[]];
    const first = await TrialRunner.open({ folder: firstFolder, takesCommits, reads });
    const runners = [first];
    try {
      const actorId = await deploy(first.address);
      if (chargedEvents.length > 0) await setPrices(first.address, actorId, chargedEvents);
      if (otherFolders.length > 0) {
        await first.whileStopped(async () => {
          for (const other of otherFolders) await cp(firstFolder, other, { recursive: true, verbatimSymlinks: true });
        });
      }
      for (const other of otherFolders) runners.push(await TrialRunner.open({ folder: other, takesCommits, reads }));
      return new Sandbox(runners, actorId, input);
    } catch (error) {
      await Promise.all(runners.map((runner) => runner.close()));
      throw error;
    }
  }

  /**
   * Runs the Actor once with these faults. `runner`: from 0 to `runnerCount - 1`; one runner does one run at a time.
   */
  run(runner: number, faults: Case): Promise<CaseRun> {
    const timeoutMs = this.timeoutMs + faults.length * faultTimeoutMs;
    return this.#runners[runner]!.run(faults, { actorId: this.#actorId, input: this.#input, timeoutMs });
  }

  async close(): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.close()));
  }
}

/** The amount of the prices does not matter, because only the numbers of events are compared. */
async function setPrices({ url, token }: Address, actorId: string, events: readonly string[]): Promise<void> {
  const price = (name: string) => ({ eventTitle: name, eventDescription: name, eventPriceUsd: 0.001 });
  const actorChargeEvents = Object.fromEntries(events.map((name) => [name, price(name)]));
  const actor = new ApifyClient({ baseUrl: url, token }).actor(actorId);
  // Price lists are only ever appended; the newest counts.
  const { pricingInfos: known = [] } = (await actor.get())! as { pricingInfos?: object[] };
  const prices = { pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents } };
  await actor.update({ pricingInfos: [...known, prices] } as never);
}
