/** What whoever starts a run may set of it: a call, a task or a schedule. The build and the Actor define what they leave out. */
export interface RequestedRunOptions {
  /** A tag or a number. */
  readonly build?: string;
  /** 0 for none. */
  readonly timeoutSecs?: number;
  readonly memoryMbytes?: number;
  readonly restartOnError?: boolean;
  readonly maxItems?: number;
  readonly maxTotalChargeUsd?: number;
}

/** As they are in bodies, and stored: what is null is left out. */
export type NullableRunOptions = { readonly [Name in keyof RequestedRunOptions]: RequestedRunOptions[Name] | null };

/** The amounts that a run may ask for, in MB. */
export const runMemories: readonly number[] = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

/** More than thirty years. The limit keeps the deadline a valid date. */
export const maxTimeoutSecs = 1_000_000_000;

export const requestedOptionsSchema = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  properties: {
    build: { type: 'string', nullable: true, minLength: 1, maxLength: 100 },
    timeoutSecs: { type: 'integer', nullable: true, minimum: 0, maximum: maxTimeoutSecs },
    memoryMbytes: { enum: [...runMemories, null] },
    restartOnError: { type: 'boolean', nullable: true },
    maxItems: { type: 'integer', nullable: true, minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    maxTotalChargeUsd: { type: 'number', nullable: true, minimum: 0 },
  },
};

export const givenOptions = (options: NullableRunOptions): RequestedRunOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
