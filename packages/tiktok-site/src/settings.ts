import { type FaultKind, faultKinds } from './http/faults.ts';
import type { TikTokSiteOptions } from './site.ts';

/** The flags as they were written. A flag that was not given is absent. */
export interface SiteFlags {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly seed?: string | undefined;
  readonly faultRate?: string | undefined;
  readonly faults?: string | undefined;
}

/** Says in one line what is wrong with a flag. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function siteSettings(flags: SiteFlags): TikTokSiteOptions {
  return {
    port: wholeNumberOf('--port', flags.port ?? '8020', 65_535),
    host: flags.host ?? '127.0.0.1',
    seed: wholeNumberOf('--seed', flags.seed ?? '1', 2 ** 31 - 1),
    faultRate: rateOf('--fault-rate', flags.faultRate ?? '0'),
    faultKinds: flags.faults === undefined ? faultKinds : flags.faults.split(',').map(kindOf),
  };
}

function wholeNumberOf(flag: string, text: string, largest: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= largest) return Number(text);
  throw new SettingsError(`${flag} must be a whole number from 0 to ${largest}, not "${text}".`);
}

function rateOf(flag: string, text: string): number {
  if (/^(0|1|0?\.\d+|1\.0+)$/.test(text)) return Number(text);
  throw new SettingsError(`${flag} must be a number from 0 to 1, not "${text}".`);
}

function kindOf(text: string): FaultKind {
  const kind = faultKinds.find((each) => each === text.trim());
  if (kind !== undefined) return kind;
  throw new SettingsError(`There is no fault "${text.trim()}". The faults are ${faultKinds.join(', ')}.`);
}
