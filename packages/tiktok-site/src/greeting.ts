import type { TikTokSite } from './site.ts';

/** What a started site says of itself. */
export interface Greeting {
  readonly url: string;
  readonly seed: number;
  readonly userCount: number;
  /** Some of its users, to try. */
  readonly usernames: readonly string[];
}

export const greetingOf = ({ url, truth }: TikTokSite): Greeting => ({
  url,
  seed: truth.world.seed,
  userCount: truth.world.userCount,
  usernames: truth.usernames(5),
});

export const greetingText = ({ url, usernames }: Greeting): string =>
  [
    `A stand-in for TikTok's site runs at ${url}. Nobody in it is real.`,
    'Some of its users:',
    ...usernames.map((name) => `  ${url}/@${name}`),
  ].join('\n');
