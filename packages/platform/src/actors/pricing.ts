import { isoTime } from '../shared/time.ts';
import type { ActorSettings } from './actor-settings.ts';

/** A price list of an Actor, as its author wrote it. Wherry bills nobody; it counts and tells. */
export interface PricingInfo {
  readonly pricingModel: string;
  /** From when on it holds, in ISO 8601. */
  readonly startedAt: string;
  readonly pricingPerEvent?: { readonly actorChargeEvents?: Readonly<Record<string, unknown>> };
  readonly [field: string]: unknown;
}

/** The price list that holds at `now`: the last of those that have begun. Null for an Actor that has none. */
export function pricingAt({ pricingInfos }: ActorSettings, now: number): PricingInfo | null {
  const known = (Array.isArray(pricingInfos) ? pricingInfos : []) as Partial<PricingInfo>[];
  const current = known.findLast(({ startedAt }) => startedAt === undefined || Date.parse(startedAt) <= now);
  if (typeof current?.pricingModel !== 'string') return null;
  const at = isoTime(now);
  return { apifyMarginPercentage: 0, createdAt: at, startedAt: at, ...current } as PricingInfo;
}

/** The events that may be charged for; undefined when any may, for want of a price list by events. */
export const chargeableEvents = (pricing: PricingInfo | null): readonly string[] | undefined =>
  pricing?.pricingModel === 'PAY_PER_EVENT' ? Object.keys(pricing.pricingPerEvent?.actorChargeEvents ?? {}) : undefined;
