import type { Actor, ChargingManager } from 'apify';

export interface Sdk {
  readonly actor: Actor | undefined;
  readonly ChargingManager: typeof ChargingManager | undefined;
}

let loading: Promise<Sdk> | undefined;

/** The SDK is not needed for a crawl on one's own machine, so it may not be there. */
export function loadSdk(): Promise<Sdk> {
  loading ??= import('apify').then(
    ({ Actor, ChargingManager }) => ({ actor: Actor.getDefaultInstance(), ChargingManager }),
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return { actor: undefined, ChargingManager: undefined };
    },
  );
  return loading;
}
