/** Which items of a list a job wants. */
import type { ListItems, Video } from '@wherry/tiktok';
import type { ListJob } from './job.ts';
import type { Selection } from './reading.ts';

export type ListItem = ListItems[keyof ListItems];

type Wish = Pick<Selection<ListItem>, 'isWanted' | 'isPast'>;

const everything: Wish = { isWanted: () => true, isPast: () => false };

/** Only posts are wanted by their times and likes, and of their lists only those that are sorted by time end early. */
export function wishOf(job: ListJob): Wish {
  const { source, oldestSecs, newestSecs, withoutPinned, leastDiggs, mostDiggs } = job;
  const limits = [oldestSecs, newestSecs, leastDiggs, mostDiggs];
  if (limits.every((each) => each === null) && !withoutPinned) return everything;
  const isTooOld = ({ createTime }: Video) => oldestSecs !== null && createTime < oldestSecs;
  const isTooNew = ({ createTime }: Video) => newestSecs !== null && createTime > newestSecs;
  const isOutside = ({ diggCount }: Video) =>
    diggCount < (leastDiggs ?? 0) || diggCount > (mostDiggs ?? Number.POSITIVE_INFINITY);
  const sort = source.kind === 'posts' ? source.sort : null;
  const isBeyond = sort === 'latest' ? isTooOld : sort === 'oldest' ? isTooNew : () => false;
  return {
    isWanted: (item) =>
      !isVideo(item) || !(isTooOld(item) || isTooNew(item) || isOutside(item) || (withoutPinned && item.isPinned)),
    // A pinned post stands before its place.
    isPast: (items) => {
      const inOrder = items.filter(isVideo).filter(({ isPinned }) => !isPinned);
      return inOrder.length > 0 && inOrder.every(isBeyond);
    },
  };
}

const isVideo = (item: ListItem): item is Video => 'webVideoUrl' in item;
