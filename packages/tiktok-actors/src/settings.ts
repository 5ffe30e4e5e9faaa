/** What is set outside of the input: no user of an Actor has to know of it. */
import { tiktokUrl } from '@wherry/tiktok';

const { TIKTOK_PAUSE_MS: wishedPause = '', TIKTOK_SITE_URL, NODE_USE_ENV_PROXY } = process.env;

/** Between two pages, about as a person reads. `TIKTOK_PAUSE_MS` is for sites that need no care, such as a stand-in. */
export const pauseMs: number = /^\d{1,6}$/.test(wishedPause) ? Number(wishedPause) : 1_000;

/** TikTok, or a stand-in for it that `TIKTOK_SITE_URL` names. */
export const siteUrl: string = (TIKTOK_SITE_URL || tiktokUrl).replace(/\/+$/, '');

/** Whether Node's own client uses the proxies of the environment. */
export const nodeUsesProxies: boolean = Boolean(NODE_USE_ENV_PROXY);
