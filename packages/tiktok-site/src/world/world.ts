/** What the stand-in's world is made of. Everything in it follows from these numbers. */
export interface World {
  readonly seed: number;
  readonly userCount: number;
  readonly hashtagCount: number;
  readonly soundCount: number;
  readonly productCount: number;
  /** Of accounts and of videos: how many are private, removed, renamed or blocked. */
  readonly unavailableRate: number;
  /** Lists of followers, and of those whom a user follows, are for those who are logged in. */
  readonly followersNeedLogin: boolean;
  /** The ranking of sounds answers that it is no more, as it is said to do since 2026. */
  readonly soundRanksAreOff: boolean;
  /** A place in a list is given only to the visitor who was told of it; others get an empty answer. */
  readonly cursorsAreBound: boolean;
  /** Whether accounts and posts are shown behind a popup that asks for a login, and whether it may be closed. */
  readonly loginPopup: 'none' | 'closable' | 'firm';
  /** A banner at the foot of the page asks about cookies. */
  readonly cookieBanner: boolean;
}

export const defaultWorld: World = {
  seed: 1,
  userCount: 10_000,
  hashtagCount: 500,
  soundCount: 2_000,
  productCount: 5_000,
  unavailableRate: 0.03,
  followersNeedLogin: false,
  soundRanksAreOff: false,
  cursorsAreBound: false,
  loginPopup: 'none',
  cookieBanner: false,
};

/** The newest post of the world is older than this. */
export const worldTimeSecs = Date.UTC(2026, 0, 1) / 1000;
