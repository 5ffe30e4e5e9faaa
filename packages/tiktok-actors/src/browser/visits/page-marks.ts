/**
 * Selectors of elements on TikTok's pages: names that several public scrapers of 2024 to 2026 use (`data-e2e`, parts of class
 * names), and texts where there are none. Of several selectors the first that matches counts.
 */

/** Matches an element by its visible text. Pages are requested in English. */
const says = (text: string): string => `:text-matches("^\\\\s*${text}\\\\s*$", "i")`;

export const openers = {
  comments: ['[data-e2e="comment-icon"]', 'button#comments'],
  followers: ['[data-e2e="followers"]', '[data-e2e="followers-count"]'],
  following: ['[data-e2e="following"]', '[data-e2e="following-count"]'],
  popular: [`button${says('popular')}`],
  oldest: [`button${says('oldest')}`],
  reviews: ['[data-e2e="reviews"]', `button${says('(customer )?reviews.*')}`],
  viewMore: [`button${says('view more')}`, says('view more')],
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
