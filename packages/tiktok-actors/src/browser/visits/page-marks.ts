/**
 * Selectors of elements on TikTok's pages: names that several public scrapers of 2024 to 2026 use (`data-e2e`, parts of class
 * names), and texts where there are none. Of several selectors the first that matches counts.
 */

/** Matches an element by its visible text. Pages are requested in English. */
const says = (text: string): string => `:text-matches("^\\\\s*${text}\\\\s*$", "i")`;

/** What is clicked: the first element that matches. Pages may show what is in a panel without it. */
export interface Opening {
  readonly selectors: readonly string[];
  readonly isOptional?: boolean;
}

const opening = (...selectors: string[]): Opening => ({ selectors });
const panel = (...selectors: string[]): Opening => ({ selectors, isOptional: true });

/** Any element of the page's own that is a button or an option by its text. */
const choice = (text: string): string[] => [
  ...['button', '[role="option"]', '[role="radio"]', '[role="button"]', 'label'].map((tag) => `${tag}${says(text)}`),
];

export const openers = {
  comments: opening('[data-e2e="comment-icon"]', 'button#comments'),
  followers: opening('[data-e2e="followers"]', '[data-e2e="followers-count"]'),
  following: opening('[data-e2e="following"]', '[data-e2e="following-count"]'),
  related: opening(...['[role="tab"]', 'button'].map((tag) => `${tag}${says('you may like')}`)),
  popular: opening(`button${says('popular')}`),
  oldest: opening(`button${says('oldest')}`),
  reviews: opening('[data-e2e="reviews"]', `button${says('(customer )?reviews.*')}`),
  viewMore: opening(`button${says('view more')}`, says('view more')),
  /** The texts of the filters are those of the app; those of the site are not confirmed. */
  searchPanel: panel('[data-e2e="search-filter"]', ...choice('filters?')),
  most_liked: opening(...choice('(most liked|like count)')),
  latest: opening(...choice('(date posted|most recent|latest)')),
  within: {
    1: opening(...choice('(yesterday|today|(past|last) 24 hours)')),
    7: opening(...choice('(this|past|last) week')),
    30: opening(...choice('(this|past|last) month')),
    90: opening(...choice('(past|last) (3|three) months')),
    180: opening(...choice('(past|last) (6|six) months')),
  },
  productSorts: panel('[data-e2e="sort-by"]', ...choice('sort( by)?.*')),
  best_sellers: opening(...choice('best sellers?')),
  price_asc: opening(...choice('price.* low to high|lowest price')),
  price_desc: opening(...choice('price.* high to low|highest price')),
  forBusiness: opening(...choice('approved for business use')),
} as const;

/** There is one for each comment with replies. Its text changes while they are read. */
export const repliesButtons = ['[data-e2e^="view-more-"]', `p${says('view (\\\\d+ )?(more )?repl(y|ies)')}`];

/** Lists that scroll separately, in a dialog or a panel. */
export const scrollAreas = [
  '[data-e2e="follow-info-popup"] [class*="UserListContainer"]',
  '[data-e2e="follow-info-popup"]',
  '[class*="CommentListContainer"]',
];

export const captchas = [
  '.captcha-verify-container',
  '.captcha_verify_container',
  '#captcha-verify-container-main-page',
  '[id^="captcha_container"]',
];

export const loginPopups = ['[data-e2e="login-modal"]', '#login-modal'];
export const loginPopupClosers = ['[data-e2e="modal-close-inner-button"]'];

/** In a shadow root, which Playwright's selectors pierce. */
export const cookieDecliners = [`tiktok-cookie-banner button${says('decline optional cookies')}`];
