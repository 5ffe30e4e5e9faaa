/**
 * Charges of a handler. The SDK's manager still decides how much may be charged, and counts it at once, so that concurrent
 * handlers stay within `maxTotalChargeUsd`. The charge itself becomes a part of the commit.
 */
import type { ChargeOptions, ChargeResult, ChargingManager } from 'apify';
import type { ChargingInside } from '../inside.ts';
import { scopeAtWork, type Work } from '../work.ts';

type Manager = typeof ChargingManager;
type Charge = (options: ChargeOptions) => Promise<ChargeResult>;

const captured = new WeakSet<Manager>();

/** Captures the charges of all managers of the class. Calling it again does nothing. */
export function captureCharges(manager: Manager): void {
  if (captured.has(manager)) return;
  captured.add(manager);
  const stock = manager.prototype.charge;
  manager.prototype.charge = async function (options) {
    const work = scopeAtWork()?.work;
    if (work === undefined) return stock.call(this, options);
    return chargeIn(work, this as unknown as ChargingInside, stock, options);
  };
}

async function chargeIn(work: Work, manager: ChargingInside, stock: Charge, options: ChargeOptions) {
  const charged = (eventName: string, count: number) => work.transaction.charge(eventName, count);
  const client = {
    run: () => ({
      charge: async ({ eventName, count = 1 }: ChargeOptions) => charged(eventName, count),
    }),
  };
  const view = Object.create(manager, { apifyClient: { value: client } }) as ChargingInside;
  const result = await stock.call(view as unknown as ChargingManager, options);
  manager.notPpeWarningPrinted = view.notPpeWarningPrinted;
  if (result.chargedCount > 0) work.onUndo(() => uncharge(manager, options.eventName, result.chargedCount));
  return result;
}

function uncharge(manager: ChargingInside, eventName: string, count: number): void {
  const state = manager.chargingState?.[eventName];
  if (state === undefined) return;
  const price = manager.pricingInfo[eventName]?.price ?? (manager.isAtHome ? 0 : 1);
  state.chargeCount -= count;
  state.totalChargedAmount -= count * price;
}
