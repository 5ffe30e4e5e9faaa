/** The names of the demos. */
export const demoKinds = ['site', 'tiktok'] as const;
export type DemoKind = (typeof demoKinds)[number];

export interface DemoPlan {
  /** The folder name of the Actor that it runs. */
  readonly actor: string;
  /** Further Actors that it deploys. */
  readonly besides: readonly string[];
  /** What its table counts. */
  readonly noun: 'pages' | 'profiles';
  /** The field of an item that identifies its page or profile. */
  readonly keyField: 'url' | 'input';
  /** Whether the Actor must repeat nothing even when its server is lost. */
  readonly isDurable: boolean;
}

export const demoPlans: Readonly<Record<DemoKind, DemoPlan>> = {
  site: {
    actor: 'site-crawler',
    besides: ['site-crawler-durable'],
    noun: 'pages',
    keyField: 'url',
    isDurable: false,
  },
  tiktok: {
    actor: 'tiktok-profile-scraper',
    besides: [],
    noun: 'profiles',
    keyField: 'input',
    isDurable: true,
  },
};
