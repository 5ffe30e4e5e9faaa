import { isDeepStrictEqual } from 'node:util';
import { invalidInput, Refusal } from '../shared/errors.ts';
import { isJsonObject } from '../shared/json-object.ts';
import { isoTime } from '../shared/time.ts';
import type { ActorSettings } from './actor-settings.ts';

/** An event of a price list. */
export interface ChargeEvent {
  readonly eventPriceUsd?: number;
  readonly eventTieredPricingUsd?: Readonly<Record<string, { readonly tieredEventPriceUsd?: number }>>;
  /** Whether a run is charged for it once at most. */
  readonly isOneTimeEvent?: boolean;
  readonly [field: string]: unknown;
}

/** A price list of an Actor, as its author wrote it. Wherry bills nobody: it counts events, and reports and limits them. */
export interface PricingInfo {
  readonly pricingModel: string;
  /** From when it applies, in ISO 8601. */
  readonly startedAt: string;
  readonly pricingPerEvent?: { readonly actorChargeEvents?: Readonly<Record<string, ChargeEvent>> };
  /** The least that a run may be limited to. */
  readonly minimalMaxTotalChargeUsd?: number | null;
  readonly [field: string]: unknown;
}

/** Charged by the platform for each GB of memory whenever a run starts (source: Apify's docs, "Pay per event"). */
export const startEvent = 'apify-actor-start';
/** Charged by the platform for each item that a run pushes into its default dataset (same source). */
export const itemEvent = 'apify-default-dataset-item';

/**
 * Returns the price list that applies at `now`, in ms since 1970: of those that have started, the one that started last. Null
 * for none. Prices in tiers are resolved.
 */
export function pricingAt({ pricingInfos }: ActorSettings, now: number): PricingInfo | null {
  const startOf = ({ startedAt }: Partial<PricingInfo>) => (startedAt === undefined ? 0 : Date.parse(startedAt));
  let current: Partial<PricingInfo> | undefined;
  for (const info of (Array.isArray(pricingInfos) ? pricingInfos : []) as Partial<PricingInfo>[]) {
    if (startOf(info) <= now && (current === undefined || startOf(info) >= startOf(current))) current = info;
  }
  if (typeof current?.pricingModel !== 'string') return null;
  const at = isoTime(now);
  return resolved({ apifyMarginPercentage: 0, createdAt: at, startedAt: at, ...current } as PricingInfo);
}

/** The tier of subscriptions whose prices apply, as in Apify's own runtime for local runs (apify/actor-runtime, pricing). */
const tier = 'BRONZE';

function resolved(pricing: PricingInfo): PricingInfo {
  const events = pricing.pricingPerEvent?.actorChargeEvents;
  if (events === undefined) return pricing;
  const actorChargeEvents = Object.fromEntries(
    Object.entries(events).map(([name, event]) => [name, { ...event, eventPriceUsd: priceOf(event) }]),
  );
  return { ...pricing, pricingPerEvent: { ...pricing.pricingPerEvent, actorChargeEvents } };
}

function priceOf({ eventPriceUsd, eventTieredPricingUsd: tiers = {} }: ChargeEvent): number {
  return eventPriceUsd ?? (tiers[tier] ?? Object.values(tiers)[0])?.tieredEventPriceUsd ?? 0;
}

/** The events of a price list by events, with their prices. Undefined for any other pricing, and for none. */
export const chargeEventsOf = (pricing: PricingInfo | null): Readonly<Record<string, ChargeEvent>> | undefined =>
  pricing?.pricingModel === 'PAY_PER_EVENT' ? (pricing.pricingPerEvent?.actorChargeEvents ?? {}) : undefined;

/** How many start events a run with this memory is charged. */
export const startEventsOf = (memoryMbytes: number): number => Math.max(1, Math.ceil(memoryMbytes / 1024));

/** What a number of each event costs in all, in USD. Rounded as the SDK does, which decides by the same sum. */
export function totalUsd(
  events: Readonly<Record<string, ChargeEvent>>,
  counts: Readonly<Record<string, number>>,
): number {
  const sum = Object.entries(counts).reduce((total, [name, count]) => total + count * priceOf(events[name] ?? {}), 0);
  return Number(sum.toFixed(6));
}

/**
 * Returns the price lists of an Actor as they are stored: with their times and with what Apify's clients require of an event.
 * @param known those that the Actor has; undefined for a new Actor, which may bring several
 * @throws Refusal 400 `invalid-input` for a price list by events whose prices cannot be read; 400 with Apify's types for a
 *   change of the past: lists are only appended, so that what a run was charged by can be read (source: apify/actor-runtime)
 */
export function checkedPricingInfos(given: unknown, known: unknown, now: number): unknown {
  if (!Array.isArray(given)) return given;
  const before = Array.isArray(known) ? (known as PricingInfo[]) : [];
  const infos = given.map((info: unknown, index) => {
    const checked = checkedInfo(info, `pricingInfos[${index}]`);
    return before[index] !== undefined && isSameInfo(checked, before[index]) ? before[index] : dated(checked, now);
  }) as PricingInfo[];
  if (known !== undefined) checkAppended(infos, before, now);
  return infos;
}

function checkedInfo(info: unknown, where: string): unknown {
  if (!isJsonObject(info) || info.pricingModel !== 'PAY_PER_EVENT') return info;
  const { pricingPerEvent } = info;
  if (pricingPerEvent === undefined) return info;
  const events = isJsonObject(pricingPerEvent) ? (pricingPerEvent.actorChargeEvents ?? {}) : undefined;
  if (!isJsonObject(pricingPerEvent) || !isJsonObject(events)) {
    throw invalidInput(`${where}: "pricingPerEvent" must be { "actorChargeEvents": { … } }.`);
  }
  const actorChargeEvents = Object.fromEntries(
    Object.entries(events).map(([name, event]) => [name, checkedEvent(event, name, where)]),
  );
  return { ...info, pricingPerEvent: { ...pricingPerEvent, actorChargeEvents } };
}

const isPrice = (value: unknown): boolean => typeof value === 'number' && value >= 0;

function checkedEvent(event: unknown, name: string, where: string): ChargeEvent {
  const { eventPriceUsd: price, eventTieredPricingUsd: tiers } = (isJsonObject(event) ? event : {}) as ChargeEvent;
  const hasTiers = isJsonObject(tiers) && Object.values(tiers).length > 0;
  const areTiersRight = hasTiers && Object.values(tiers).every((each) => isPrice(each?.tieredEventPriceUsd));
  if (!isJsonObject(event) || !(price === undefined ? areTiersRight : isPrice(price))) {
    throw invalidInput(
      `${where}: the event "${name}" needs an "eventPriceUsd" of at least 0, or "eventTieredPricingUsd" with such prices.`,
    );
  }
  return { eventTitle: name, eventDescription: '', ...event };
}

const dated = (info: unknown, now: number): unknown => {
  if (!isJsonObject(info)) return info;
  const startedAt = (info.startedAt as string | undefined) ?? isoTime(now);
  return { createdAt: startedAt, apifyMarginPercentage: 0, ...info, startedAt };
};

/** Whether it says nothing else than what is stored; clients may leave out what the platform has added. */
const isSameInfo = (info: unknown, stored: PricingInfo): boolean =>
  isJsonObject(info) && isJsonObject(stored) && isDeepStrictEqual({ ...pick(stored, addedFields), ...info }, stored);
const addedFields = ['createdAt', 'startedAt', 'apifyMarginPercentage'];
const pick = (info: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => name in info).map((name) => [name, info[name]]));

function checkAppended(infos: readonly PricingInfo[], before: readonly PricingInfo[], now: number): void {
  if (infos.length < before.length) {
    const what = 'A price list cannot be removed. Send those that there are, and add one with the model FREE.';
    throw new Refusal(400, 'cannot-remove-pricing-info', what);
  }
  if (infos.length > before.length + 1) {
    throw new Refusal(400, 'cannot-add-multiple-pricing-infos', 'Add one price list at a time.');
  }
  if (before.some((info, index) => info !== infos[index])) {
    const what = 'The price lists that there are cannot be changed. Send them as they are, and add one.';
    throw new Refusal(400, 'incorrect-pricing-modifier-prefix', what);
  }
  const added = infos[before.length];
  if (added === undefined) return;
  const startOf = ({ startedAt }: PricingInfo) => Date.parse(startedAt);
  if (before.some((info) => startOf(info) >= startOf(added))) {
    const what = 'A new price list must start after all others. Set a later "startedAt", or leave it out.';
    throw new Refusal(400, 'cannot-add-pricing-info-that-alters-past', what);
  }
  if (startOf(added) > now && before.some((info) => startOf(info) > now)) {
    const what = 'A price list starts in the future already; there cannot be a second one.';
    throw new Refusal(400, 'cannot-add-second-future-pricing-info', what);
  }
}
