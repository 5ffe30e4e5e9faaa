/** Settings outside of the input, which users of an Actor need not know. */
import { tiktokUrl } from '@wherry/tiktok';

const { TIKTOK_PAUSE_MS: pauseSetting = '', TIKTOK_SITE_URL, NODE_USE_ENV_PROXY, APIFY_PROXY_PASSWORD } = process.env;

/** The pause between two pages, about as long as a person reads. `TIKTOK_PAUSE_MS` shortens it for a stand-in. */
export const pauseMs: number = /^\d{1,6}$/.test(pauseSetting) ? Number(pauseSetting) : 1_000;

/** TikTok, or a stand-in for it that `TIKTOK_SITE_URL` names. */
export const siteUrl: string = (TIKTOK_SITE_URL || tiktokUrl).replace(/\/+$/, '');

/** Whether Node's own client uses the proxies of the environment. */
export const nodeUsesProxies: boolean = Boolean(NODE_USE_ENV_PROXY);

/** Whether the platform gives runs the password of a proxy of its own. */
export const hasProxyPassword: boolean = Boolean(APIFY_PROXY_PASSWORD);
