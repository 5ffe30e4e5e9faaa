import { videoDetailPayload } from '../http/single-responses.ts';
import { itemPayload } from '../payloads/item-payload.ts';
import { userPayload } from '../payloads/user-payload.ts';
import { formsOf } from '../world/form.ts';
import { relatedVideos } from '../world/lists.ts';
import { userOf } from '../world/user.ts';
import { videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList, scrollList, universalData } from './shell.ts';

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
      ...relatedLists(world, number),
    ],
    body: `<p data-e2e="browse-video-desc">${escaped(text)}</p><span data-e2e="comment-icon">Comments</span>${relatedTab}`,
    overlays: world,
  });
}

const relatedTab = '<button role="tab" id="related">You may like</button>';

/**
 * The videos beside a post are requested when its page has loaded or, for some posts, when their tab is chosen. The pages of a
 * few request those of another post too, to which they would go on.
 */
function relatedLists(world: World, number: number): PageList[] {
  const ofPost = (each: number) => {
    return scrollList('/api/related/item_list/', { itemID: videoOf(world, each).id, count: '16' }, null);
  };
  const own = number % 5 === 1 ? { ...ofPost(number), trigger: { click: '#related' } } : ofPost(number);
  const [next] = number % 7 === 2 ? relatedVideos(world, number).filter((each) => each !== number) : [];
  return next === undefined ? [own] : [ofPost(next), own];
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
