import { RefusedError } from '../errors.ts';
import { bodyFrom, maxBodyBytes } from './body-parts.ts';
import type { AtCrashPoint } from './crash-points.ts';
import {
  bytesOf,
  type Plan,
  type PlannedAdds,
  type PlannedHandled,
  type PlannedRecord,
  type RefusedPart,
} from './intent.ts';
import { pushPlanned } from './push.ts';
import type { Storages } from './storages.ts';

/** The first part of a commit was refused and nothing has taken effect, so the commit can be withdrawn [journal-6]. */
export class FirstPartRefused extends Error {
  readonly part: string;
  readonly refusal: RefusedError;

  constructor(part: string, refusal: RefusedError) {
    super(refusal.message, { cause: refusal });
    this.part = part;
    this.refusal = refusal;
  }
}

const callsAtOnce = 8;
/** The limits of Apify's API for one batch of requests. */
const batchLimits = { bytes: maxBodyBytes, length: 25 };

export interface Work {
  readonly plan: Plan;
  readonly storages: Storages;
  readonly at: AtCrashPoint;
  /** Whether an earlier process or an earlier try may have made some of the effects. */
  readonly isRepeat: boolean;
}

/**
 * Makes the effects of a plan in order [journal-3]. Resolves with the parts that were refused after others had taken effect.
 * @throws FirstPartRefused
 */
export const makeEffects = (work: Work): Promise<RefusedPart[]> => new Effects(work).make();

class Effects {
  readonly #work: Work;
  readonly #refused: RefusedPart[] = [];
  #hasTakenEffect: boolean;

  constructor(work: Work) {
    this.#work = work;
    // Items are searched, so it is known whether they took effect; for other parts it is unknown.
    this.#hasTakenEffect = work.isRepeat && work.plan.items.length === 0;
  }

  async make(): Promise<RefusedPart[]> {
    const { plan, storages, at, isRepeat } = this.#work;
    const onPushed = async () => {
      this.#hasTakenEffect = true;
      await at('items-pushed');
    };
    // One after the other, like all effects whose order is visible.
    for (const [index, planned] of plan.items.entries()) {
      await this.#try(`items[${index}]`, () => pushPlanned(storages, planned, { isRepeat, onPushed }));
    }
    await this.#tryAll('records', plan.records, (record) => writeRecord(storages, record));
    await at('records-written');
    for (const [index, adds] of plan.adds.entries()) {
      await this.#try(`requests[${index}]`, () => addAll(storages, adds));
    }
    await at('requests-added');
    await this.#tryAll('handled', plan.handled, (handled) => markHandled(storages, handled));
    await at('handled-marked');
    await this.#tryAll('charges', plan.charges, (charge) => storages.charge(charge));
    await at('charged');
    return this.#refused;
  }

  /** Makes several effects at once. The first effect of the commit is made alone, so that the commit can be withdrawn. */
  async #tryAll<Each>(name: string, all: readonly Each[], body: (each: Each) => Promise<void>): Promise<void> {
    const one = (each: Each, index: number) => this.#try(`${name}[${index}]`, () => body(each));
    const entries = all.entries();
    if (!this.#hasTakenEffect && all.length > 0) {
      entries.next();
      await one(all[0]!, 0);
    }
    const work = async () => {
      for (const [index, each] of entries) await one(each, index);
    };
    const workers = Array.from({ length: Math.min(callsAtOnce, all.length) }, work);
    // If one fails, the others are awaited: no effect may be made while a recovery runs.
    const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Makes one effect and notes a refusal [journal-6]. */
  async #try(part: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
      this.#hasTakenEffect = true;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (!this.#hasTakenEffect) throw new FirstPartRefused(part, error);
      this.#refused.push({ part, type: error.type, message: error.message });
    }
  }
}

function writeRecord(storages: Storages, { storeId, key, content }: PlannedRecord): Promise<void> {
  if (content === null) return storages.deleteRecord({ storeId, key });
  return storages.writeRecord({ storeId, key, contentType: content.contentType, bytes: bytesOf(content) });
}

async function addAll(storages: Storages, { requests, forefront, ...address }: PlannedAdds): Promise<void> {
  for (let start = 0; start < requests.length; ) {
    const body = bodyFrom(requests, start, batchLimits);
    await storages.addRequests(address, body, forefront);
    start += body.length;
  }
}

const markHandled = (storages: Storages, { request, ...address }: PlannedHandled): Promise<void> =>
  storages.updateRequest(address, request);
