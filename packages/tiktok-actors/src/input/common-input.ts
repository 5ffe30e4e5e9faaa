import type { ProxyConfigurationOptions } from 'apify';

/** Fields that the inputs of all TikTok Actors have; `input-fields.json` of each Actor describes them. */
export interface CommonInput {
  readonly proxyConfiguration?: ProxyConfigurationOptions & { readonly useApifyProxy?: boolean };
  /** How many pages are asked for at once. */
  readonly maxConcurrency?: number;
  /** Where inputs go that gave nothing: among the results, or into the record `FAILED`. */
  readonly failedInputs?: FailuresGoTo;
}

export type FailuresGoTo = 'dataset' | 'record';
