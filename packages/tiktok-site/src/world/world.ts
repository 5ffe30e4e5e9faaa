/** The parameters of the stand-in's data. All data follows from them. */
export interface World {
  readonly seed: number;
  readonly userCount: number;
  readonly hashtagCount: number;
  readonly soundCount: number;
  readonly productCount: number;
  /** The fraction of accounts and of videos that are private, removed, renamed or blocked. */
  readonly unavailableRate: number;
  /** The fraction of accounts whose page comes without its data, as is reported since August 2026. */
  readonly shellRate: number;
  /** TikTok is closed in the country of the visitor: every page leads to the same one. */
  readonly isClosedHere: boolean;
  /** The country that the site thinks its visitors are in, as it derives it from their addresses. */
  readonly visitorCountry: string;
  /** Lists of followers, and of accounts that a user follows, need a login. */
  readonly followersNeedLogin: boolean;
  /** The ranking of sounds responds that it was switched off, as is reported since 2026. */
  readonly soundRanksAreOff: boolean;
  /** A position in a list is valid only for the visitor who received it; others get an empty response. */
  readonly cursorsAreBound: boolean;
  /** Whether a login popup covers accounts and posts, and whether it can be closed. */
  readonly loginPopup: 'none' | 'closable' | 'firm';
  /** A banner at the bottom of the page asks about cookies. */
  readonly cookieBanner: boolean;
}

export const defaultWorld: World = {
  seed: 1,
  userCount: 10_000,
  hashtagCount: 500,
  soundCount: 2_000,
  productCount: 5_000,
  unavailableRate: 0.03,
  shellRate: 0.025,
  isClosedHere: false,
  visitorCountry: 'US',
  followersNeedLogin: false,
  soundRanksAreOff: false,
  cursorsAreBound: false,
  loginPopup: 'none',
  cookieBanner: false,
};

/** The newest post of the world is older than this. */
export const worldTimeSecs = Date.UTC(2026, 0, 1) / 1000;
