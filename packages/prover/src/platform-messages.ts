/** What the prover and the process of its private platform tell each other. */
import type { AttemptStart } from './watched-engine.ts';

/** Where `platform-process.ts` finds its order, as JSON. */
export const orderVariable = 'WHERRY_PROVER_ORDER';

export interface PlatformOrder {
  readonly dataFolder: string;
  readonly token: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The proxy that stands between the Actors and the platform. */
  readonly advertisedUrl: string;
  /** The proxy that stands between the Actors and the outside. */
  readonly outsidePort: number;
  /** Whether the platform takes commits, which Apify's does not. */
  readonly takesCommits: boolean;
}

export type FromPlatform =
  | { readonly kind: 'started'; readonly url: string }
  | ({ readonly kind: 'attempt' } & AttemptStart);

export type ToPlatform =
  /** The attempt is known by now, and may start. */
  | { readonly kind: 'known'; readonly token: string }
  | { readonly kind: 'spare'; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'close' };
