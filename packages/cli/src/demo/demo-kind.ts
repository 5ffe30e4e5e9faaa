/** The demos that there are. */
export const demoKinds = ['site', 'tiktok'] as const;
export type DemoKind = (typeof demoKinds)[number];

export interface DemoPlan {
  /** The Actor that it runs, by its folder. */
  readonly actor: string;
  /** What else it brings along. */
  readonly besides: readonly string[];
  /** What its table counts. */
  readonly noun: 'pages' | 'profiles';
  /** The field of an item that says what it is of. */
  readonly keyField: 'url' | 'input';
  /** Whether the Actor repeats nothing even when its server is lost. */
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
