import { invalidInput } from '../shared/errors.ts';

/** How an Actor is served in Standby mode, as its author sets it. What is missing or null has Apify's default. */
export interface StandbyInput {
  readonly isEnabled?: boolean | null;
  readonly desiredRequestsPerActorRun?: number | null;
  readonly maxRequestsPerActorRun?: number | null;
  readonly idleTimeoutSecs?: number | null;
  readonly build?: string | null;
  readonly memoryMbytes?: number | null;
  readonly disableStandbyFieldsOverride?: boolean | null;
  readonly shouldPassActorInput?: boolean | null;
}

/** The same, filled up. */
export interface StandbySettings {
  readonly isEnabled: boolean;
  /** A run with more requests than this at once is joined by another. */
  readonly desiredRequestsPerActorRun: number;
  /** A run gets no more requests than this at once. */
  readonly maxRequestsPerActorRun: number;
  readonly idleTimeoutSecs: number;
  /** A tag or a number. */
  readonly build: string;
  readonly memoryMbytes: number;
  readonly disableStandbyFieldsOverride: boolean;
  readonly shouldPassActorInput: boolean;
}

/** Those of Apify's own runtime for one machine (apify/actor-runtime, `requirements/actor-driver.md`). */
const defaults: StandbySettings = {
  isEnabled: false,
  desiredRequestsPerActorRun: 3,
  maxRequestsPerActorRun: 4,
  idleTimeoutSecs: 300,
  build: 'latest',
  memoryMbytes: 1024,
  disableStandbyFieldsOverride: false,
  shouldPassActorInput: false,
};

const flag = { type: 'boolean', nullable: true };
const count = { type: 'integer', nullable: true, minimum: 1, maximum: 1_000_000 };

export const standbySchema = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  properties: {
    isEnabled: flag,
    desiredRequestsPerActorRun: count,
    maxRequestsPerActorRun: count,
    idleTimeoutSecs: count,
    build: { type: 'string', nullable: true, minLength: 1, maxLength: 100 },
    memoryMbytes: { type: 'integer', nullable: true, minimum: 128, maximum: 1_048_576 },
    disableStandbyFieldsOverride: flag,
    shouldPassActorInput: flag,
  },
};

const givenIn = (input: StandbyInput | null | undefined): Partial<StandbySettings> =>
  Object.fromEntries(Object.entries(input ?? {}).filter(([, value]) => value !== null && value !== undefined));

export function standbySettingsOf(stored: StandbyInput | null | undefined): StandbySettings {
  const given = givenIn(stored);
  const { maxRequestsPerActorRun: most, desiredRequestsPerActorRun: desired } = { ...defaults, ...given };
  // Where only one of the two is set, the other one follows it.
  return {
    ...defaults,
    ...given,
    maxRequestsPerActorRun: given.maxRequestsPerActorRun ?? Math.max(most, desired),
    desiredRequestsPerActorRun: given.desiredRequestsPerActorRun ?? Math.min(most, desired),
  };
}

/**
 * Returns `old` with the changes of `input`, field by field; null takes a field back to its default, and null for all of
 * them takes all back. Undefined changes nothing.
 * @throws Refusal 400 `invalid-input`
 */
export function mergeStandby(
  old: StandbyInput | null | undefined,
  input: StandbyInput | null | undefined,
): StandbyInput | null | undefined {
  if (input === undefined) return old;
  if (input === null) return null;
  const merged = givenIn({ ...old, ...input });
  const { desiredRequestsPerActorRun: desired, maxRequestsPerActorRun: most } = standbySettingsOf(merged);
  if (desired <= most) return merged;
  throw invalidInput(
    `"desiredRequestsPerActorRun" (${desired}) of "actorStandby" may not be more than "maxRequestsPerActorRun" (${most}).`,
  );
}
