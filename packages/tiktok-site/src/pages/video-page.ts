import { videoDetailPayload } from '../http/single-responses.ts';
import { itemPayload } from '../payloads/item-payload.ts';
import { userPayload } from '../payloads/user-payload.ts';
import { formsOf } from '../world/form.ts';
import { userOf } from '../world/user.ts';
import { videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, scrollList, universalData } from './shell.ts';

/** `/@name/video/ID`. */
export function videoPage(world: World, number: number | undefined): string {
  const detail = videoDetailPayload(world, number, 'page');
  if (number === undefined || !('itemInfo' in detail)) return missingPage(detail);
  const { id, text } = videoOf(world, number);
  const { isLegacyPage, isDeep } = formsOf(world, 'video', number);
  const isLegacy = isLegacyPage && videoOf(world, number).state === 'public';
  // In the mobile page the data has another name.
  const name = number % 10 === 9 ? 'webapp.reflow.video.detail' : 'webapp.video-detail';
  return htmlOf({
    title: `${text} | TikTok`,
    scripts: isLegacy ? legacyData(world, number) : universalData({ [name]: isDeep ? deeper(detail) : detail }),
    lists: [
      {
        ...scrollList('/api/comment/list/', { aweme_id: id, count: '20' }),
        trigger: { click: '[data-e2e="comment-icon"]' },
      },
    ],
    body: `<p data-e2e="browse-video-desc">${escaped(text)}</p><span data-e2e="comment-icon">Comments</span>`,
    overlays: world,
  });
}

const deeper = ({ statusCode, statusMsg, ...detail }: Record<string, unknown>): Record<string, unknown> => ({
  statusCode,
  statusMsg,
  videoInfo: detail,
});

const missingPage = (detail: Record<string, unknown>): string =>
  htmlOf({
    title: 'TikTok - Make Your Day',
    scripts: universalData({ 'webapp.video-detail': detail }),
    lists: [],
    body: '<p>Video currently unavailable</p>',
  });

function legacyData(world: World, number: number): Record<string, unknown> {
  const video = videoOf(world, number);
  const user = userOf(world, video.user);
  return {
    SIGI_STATE: {
      ItemModule: { [video.id]: itemPayload(world, number, 'legacy') },
      UserModule: { users: { [user.name]: userPayload(world, user) }, stats: {} },
      VideoPage: { statusCode: 0 },
    },
  };
}
