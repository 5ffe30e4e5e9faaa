/** The lanes on which runs are tried, with the Actor deployed on each. */
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import type { Case } from './fault.ts';
import type { Json } from './json.ts';
import { type CaseRun, Lane } from './lane.ts';
import type { Address } from './run-control.ts';

export interface WorkshopOptions {
  readonly folder: string;
  readonly lanes: number;
  readonly takesCommits: boolean;
  readonly reads: readonly string[];
  readonly deploy: (address: Address) => Promise<string>;
  readonly input: Json | undefined;
  readonly chargedEvents: readonly string[];
}

/** What one more fault may take: a boot, a drain, or a client's retries. */
const msOfFault = 15_000;

export class Workshop {
  /** A run that takes longer is ended, faults apart; known better once an undisturbed one was seen. */
  mostMs = 10 * 60_000;
  readonly #lanes: readonly Lane[];
  readonly #actorId: string;
  readonly #input: Json | undefined;

  private constructor(lanes: readonly Lane[], actorId: string, input: Json | undefined) {
    this.#lanes = lanes;
    this.#actorId = actorId;
    this.#input = input;
  }

  get laneCount(): number {
    return this.#lanes.length;
  }

  /** The Actor is built once: the further lanes begin with a copy of the first one's data. */
  static async open(options: WorkshopOptions): Promise<Workshop> {
    const { folder, lanes: count, takesCommits, reads, deploy, input, chargedEvents } = options;
    const folders = Array.from({ length: count }, (_, index) => path.join(folder, `lane-${index + 1}`));
    const lanes = [await Lane.open({ folder: folders[0]!, takesCommits, reads })];
    try {
      const actorId = await deploy(lanes[0]!.address);
      if (chargedEvents.length > 0) await setPrices(lanes[0]!.address, actorId, chargedEvents);
      if (count > 1) {
        await lanes[0]!.atRest(async () => {
          for (const copy of folders.slice(1)) await cp(folders[0]!, copy, { recursive: true, verbatimSymlinks: true });
        });
      }
      for (const copy of folders.slice(1)) lanes.push(await Lane.open({ folder: copy, takesCommits, reads }));
      return new Workshop(lanes, actorId, input);
    } catch (error) {
      await Promise.all(lanes.map((lane) => lane.close()));
      throw error;
    }
  }

  run(lane: number, faults: Case): Promise<CaseRun> {
    const mostMs = this.mostMs + faults.length * msOfFault;
    return this.#lanes[lane]!.run(faults, { actorId: this.#actorId, input: this.#input, mostMs });
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

/** Any price will do: it is counts that are compared. */
async function setPrices({ url, token }: Address, actorId: string, events: readonly string[]): Promise<void> {
  const price = (name: string) => ({ eventTitle: name, eventDescription: name, eventPriceUsd: 0.001 });
  const actorChargeEvents = Object.fromEntries(events.map((name) => [name, price(name)]));
  const pricingInfos = [{ pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents } }];
  await new ApifyClient({ baseUrl: url, token }).actor(actorId).update({ pricingInfos } as never);
}
