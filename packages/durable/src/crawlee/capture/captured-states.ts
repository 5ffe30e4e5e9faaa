import { KeyValueStore } from 'crawlee';
import { useState } from '../../use-state.ts';
import { registerConfiguration, storeIdOf } from './own-clients.ts';

let isInstalled = false;

/**
 * Makes every `useState`, of a crawler, the SDK or Crawlee, return the durable state, since all of them call this method.
 * A state in another store than the run's default store is not affected.
 */
export function installUseState(): void {
  if (isInstalled) return;
  isInstalled = true;
  const stock = KeyValueStore.prototype.getAutoSavedValue;
  KeyValueStore.prototype.getAutoSavedValue = async function <Value extends object>(key: string, initial?: Value) {
    registerConfiguration(this.config);
    if (storeIdOf(this).storeId !== undefined) return stock.call(this, key, initial);
    return (await useState(key, initial)) as never;
  };
}
