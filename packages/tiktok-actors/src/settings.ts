/** What is set outside of the input: no user of an Actor has to know of it. */
import { tiktokUrl } from '@wherry/tiktok';

/** TikTok, or a stand-in for it that `TIKTOK_SITE_URL` names. */
export const siteUrl: string = (process.env.TIKTOK_SITE_URL || tiktokUrl).replace(/\/+$/, '');
