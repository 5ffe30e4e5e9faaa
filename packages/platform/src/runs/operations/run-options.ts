import type { DefaultRunOptions } from '../../actors/actor-settings.ts';
import { chargeEventsOf, type PricingInfo, startEvent, startEventsOf, totalUsd } from '../../actors/pricing.ts';
import type { RequestedRunOptions } from '../../actors/start-options.ts';
import { Refusal } from '../../shared/errors.ts';
import type { RunOptions } from '../state/run-state.ts';

/** As on Apify, a run gets twice its memory on disk. */
const diskOf = (memoryMbytes: number) => memoryMbytes * 2;

/** @throws Refusal 400 when a limit leaves a paid Actor nothing to charge */
export function startOptions(
  requested: RequestedRunOptions,
  defaults: DefaultRunOptions,
  pricing: PricingInfo | null,
): RunOptions {
  const { build, timeoutSecs, memoryMbytes, restartOnError = false, maxItems } = defaults;
  const usual = { build, timeoutSecs, memoryMbytes, restartOnError, ...(maxItems && { maxItems }) };
  const options = { ...usual, ...requested };
  checkLimits(options, pricing);
  return { ...options, diskMbytes: diskOf(options.memoryMbytes) };
}

export const withMemory = (options: RunOptions, memoryMbytes: number): RunOptions => ({
  ...options,
  memoryMbytes,
  diskMbytes: diskOf(memoryMbytes),
});

/** Those of a run that is resurrected. */
export function resurrectOptions(
  requested: RequestedRunOptions,
  before: RunOptions,
  pricing: PricingInfo | null,
): RunOptions {
  const options = { ...before, ...requested };
  checkLimits(options, pricing);
  return { ...options, diskMbytes: diskOf(options.memoryMbytes) };
}

function checkLimits(options: Omit<RunOptions, 'diskMbytes'>, pricing: PricingInfo | null): void {
  const { maxItems, maxTotalChargeUsd, memoryMbytes } = options;
  if (maxItems === 0 && pricing?.pricingModel === 'PRICE_PER_DATASET_ITEM') {
    throw new Refusal(
      400,
      'max-items-must-be-greater-than-zero',
      'The Actor is paid by item: set "maxItems" to at least 1, or leave it out.',
    );
  }
  if (maxTotalChargeUsd === 0 && pricing?.pricingModel === 'PAY_PER_EVENT') {
    throw new Refusal(
      400,
      'max-total-charge-usd-must-be-greater-than-zero',
      'The Actor is paid by event: set "maxTotalChargeUsd" to more than 0, or leave it out.',
    );
  }
  const events = chargeEventsOf(pricing);
  if (events === undefined || maxTotalChargeUsd === undefined) return;
  // What the start alone costs would otherwise abort the run before it works.
  const startUsd = totalUsd(events, { [startEvent]: startEventsOf(memoryMbytes) });
  const leastUsd = Math.max(pricing?.minimalMaxTotalChargeUsd ?? 0, startUsd);
  if (maxTotalChargeUsd >= leastUsd) return;
  throw new Refusal(
    400,
    'max-total-charge-usd-below-minimum',
    `The Actor takes no less than ${leastUsd} as "maxTotalChargeUsd" with ${memoryMbytes} MB of memory. Set at least that, or leave it out.`,
  );
}
