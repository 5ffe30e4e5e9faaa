import { isoTime } from '../shared/time.ts';
import type { ActorSettings } from './actor-settings.ts';

/** A price list of an Actor, as its author wrote it. Wherry bills nobody: it only counts events and reports them. */
export interface PricingInfo {
  readonly pricingModel: string;
  /** From when it applies, in ISO 8601. */
  readonly startedAt: string;
  readonly pricingPerEvent?: { readonly actorChargeEvents?: Readonly<Record<string, unknown>> };
  readonly [field: string]: unknown;
}

/** Returns the price list that applies at `now`, in ms since 1970: the last one that has started. Null for none. */
export function pricingAt({ pricingInfos }: ActorSettings, now: number): PricingInfo | null {
  const known = (Array.isArray(pricingInfos) ? pricingInfos : []) as Partial<PricingInfo>[];
  const current = known.findLast(({ startedAt }) => startedAt === undefined || Date.parse(startedAt) <= now);
  if (typeof current?.pricingModel !== 'string') return null;
  const at = isoTime(now);
  return { apifyMarginPercentage: 0, createdAt: at, startedAt: at, ...current } as PricingInfo;
}

/** Returns the events that may be charged. Undefined when all may be, since there is no price list for events. */
export const chargeableEvents = (pricing: PricingInfo | null): readonly string[] | undefined =>
  pricing?.pricingModel === 'PAY_PER_EVENT' ? Object.keys(pricing.pricingPerEvent?.actorChargeEvents ?? {}) : undefined;
