/** Which items of a list a job selects. */
import type { ListItems, Video } from '@wherry/tiktok';
import type { ListJob } from '../job.ts';
import type { Selection } from './reading.ts';

export type ListItem = ListItems[keyof ListItems];

type ItemFilter = Pick<Selection<ListItem>, 'isWanted' | 'isPast'>;

const everything: ItemFilter = { isWanted: () => true, isPast: () => false };

/** Only posts are selected by time and likes. Of their lists only those that are sorted by time can end early. */
export function filterOf(job: ListJob): ItemFilter {
  const { source, oldestSecs, newestSecs, withoutPinned, leastDiggs, mostDiggs } = job;
  const limits = [oldestSecs, newestSecs, leastDiggs, mostDiggs];
  if (limits.every((each) => each === null) && !withoutPinned) return everything;
  // A time or a number that the site does not know is within every limit.
  const isBelow = (value: number | null, least: number | null) => value !== null && least !== null && value < least;
  const isTooOld = ({ createTime }: Video) => isBelow(createTime, oldestSecs);
  const isTooNew = ({ createTime }: Video) => isBelow(newestSecs, createTime);
  const isOutside = ({ diggCount }: Video) => isBelow(diggCount, leastDiggs) || isBelow(mostDiggs, diggCount);
  const sort = source.kind === 'posts' ? source.sort : null;
  const isBeyond = sort === 'latest' ? isTooOld : sort === 'oldest' ? isTooNew : () => false;
  return {
    isWanted: (item) =>
      !isVideo(item) || !(isTooOld(item) || isTooNew(item) || isOutside(item) || (withoutPinned && item.isPinned)),
    // A pinned post is not in the order of the list.
    isPast: (items) => {
      const inOrder = items.filter(isVideo).filter(({ isPinned }) => !isPinned);
      return inOrder.length > 0 && inOrder.every(isBeyond);
    },
  };
}

const isVideo = (item: ListItem): item is Video => 'webVideoUrl' in item;
