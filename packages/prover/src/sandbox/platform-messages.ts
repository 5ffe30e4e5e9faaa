/** The messages between the prover and the process of its private platform. */
import type { AttemptStart } from '../proxy/attempt-traffic.ts';

/** The environment variable in which `platform-process.ts` finds its settings, as JSON. */
export const settingsVariable = 'WHERRY_PROVER_SETTINGS';

export interface PlatformSettings {
  readonly dataFolder: string;
  readonly token: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The URL of the proxy between the Actors and the platform. */
  readonly advertisedUrl: string;
  /** The port of the proxy between the Actors and all other servers. */
  readonly outsidePort: number;
  /** Whether the platform accepts commits. Apify's platform does not. */
  readonly takesCommits: boolean;
}

export type FromPlatform =
  | { readonly kind: 'started'; readonly url: string }
  | ({ readonly kind: 'attempt' } & AttemptStart);

export type ToPlatform =
  /** The prover knows the attempt, which may start now. */
  | { readonly kind: 'known'; readonly token: string }
  | { readonly kind: 'protect'; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'close' };
