/**
 * Obstacles instead of a usable response: WAF pages, captchas, logins, errors, responses that are cut off.
 *
 * [obstacle-1] An empty body is never a success: TikTok sends it to clients that it considers robots.
 */
import type { Captured } from './captured.ts';
import { changed, type Failure, failed } from './outcome.ts';

export type ResponseForm = 'page' | 'api';

/** @returns null if the body can be read */
export function obstacleOf({ url, statusCode, body }: Captured, form: ResponseForm): Failure | null {
  return (
    ofLanding(url) ??
    ofStatus(statusCode, form) ??
    ofAddress(url) ??
    (body.trim() === '' ? emptyBody : null) ??
    ofBody(body)
  );
}

/** The obstacle on a page without embedded data, for example one that requests all that it shows. */
export function pageObstacleOf(captured: Captured): Failure | null {
  const obstacle = obstacleOf(captured, 'page');
  if (obstacle !== null) return obstacle;
  return /<\/html>\s*$/i.test(captured.body) ? null : failed('incomplete', 'the page is cut off');
}

/** The failure of an empty body [obstacle-1]. */
const emptyBody = failed('blocked', 'the response is empty, as TikTok sends it to clients that it considers robots');

function ofStatus(statusCode: number, form: ResponseForm): Failure | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  if (statusCode === 429) return failed('rate_limited', 'the site asks for fewer requests (429)');
  if (statusCode === 403) return failed('blocked', 'the site refuses this address (403)');
  if (statusCode === 401) return failed('login_required', 'the site asks for a login (401)');
  if (statusCode === 451) return failed('geo_blocked', 'the site is not allowed to show this here (451)');
  if (statusCode >= 500) return failed('unavailable', `the site failed (${statusCode})`);
  if (form === 'page' && statusCode === 404) return failed('not_found', 'there is no such page (404)');
  if (form === 'page' && statusCode === 410) return failed('removed', 'the page is gone (410)');
  return changed('status', null, `the site responded with status ${statusCode}`);
}

/** Pages for what does not exist, whatever their status. In a country where TikTok is closed, all pages lead to its page. */
function ofLanding(url: string): Failure | null {
  if (!URL.canParse(url)) return null;
  const { pathname } = new URL(url);
  if (/^\/[a-z]{2}\/notfound\/?$/i.test(pathname))
    return failed('geo_blocked', 'TikTok is closed in the country of this address');
  return /^\/(404|not-?found)\/?$/i.test(pathname)
    ? failed('not_found', 'TikTok leads to its page for missing pages')
    : null;
}

/** Obstacles that show in the URL after redirects. */
function ofAddress(url: string): Failure | null {
  if (!URL.canParse(url)) return null;
  const { pathname, searchParams } = new URL(url);
  if (/^\/login(\/|$)/.test(pathname)) return failed('login_required', 'TikTok asks for a login');
  if (searchParams.get('enter_method') === 'not_supported_region')
    return failed('geo_blocked', 'TikTok has no shop in this region');
  // Short links without a target lead here.
  if (pathname === '/' && searchParams.get('_r') === '1') return failed('not_found', 'the link leads nowhere');
  return null;
}

const hasPageData = (body: string): boolean =>
  /<script\b[^>]{0,500}\bid=["']?(__UNIVERSAL_DATA_FOR|SIGI_STATE|__FRONTITY_CONNECT|__MODERN_ROUTER_DATA)/i.test(body);

/** Whether a page checks the browser before it loads the requested page. */
export const isWall = (body: string): boolean =>
  !hasPageData(body) &&
  (/_wafchallengeid|\bid=["']?wci\b|SlardarWAF|waforiginalreid/.test(body) || titleOf(body) === 'please wait...');

const titleOf = (body: string): string | undefined =>
  /<title\b[^>]{0,200}>([^<]{0,200})<\/title>/i.exec(body)?.[1]?.trim().toLowerCase();

/** Pages instead of the requested one, with the status of success. */
function ofBody(body: string): Failure | null {
  if (/^\s*Access Denied\b/i.test(body)) return denied;
  if (!/^\s*</.test(body)) return null;
  const title = titleOf(body);
  if (title === 'security check') return captcha;
  if (hasPageData(body)) return null;
  if (isWall(body)) return wall;
  if (title === 'access denied' || /<h1\b[^>]{0,200}>\s*Access Denied\s*<\/h1>/i.test(body)) return denied;
  if (title === 'site maintenance') return failed('unavailable', 'TikTok says that it is being maintained');
  if (/\/captcha\/get|captcha-verify-container|captcha_container/.test(body)) return captcha;
  return null;
}

const denied = failed('blocked', 'the site refuses this address (Access Denied)');
const wall = failed(
  'blocked',
  'TikTok first checks the browser (a WAF page); the page itself may come when it reloads',
);
const captcha = failed('captcha', 'TikTok asks for a captcha');
