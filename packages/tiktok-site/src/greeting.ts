import type { TikTokSite } from './site.ts';

/** What the site prints when it has started. */
export interface Greeting {
  readonly url: string;
  readonly seed: number;
  readonly userCount: number;
  /** Some of its users, for trying it out. */
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
    `A stand-in for TikTok's site runs at ${url}. All accounts are invented.`,
    'Some of its users:',
    ...usernames.map((name) => `  ${url}/@${name}`),
  ].join('\n');
