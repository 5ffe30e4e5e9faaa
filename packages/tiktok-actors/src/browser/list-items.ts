/** Converts the entries of lists into items of an Actor's dataset. */
import { type Failure, pageUrlOf } from '@wherry/tiktok';
import {
  commentItem,
  connectionItem,
  hashtagItem,
  type Item,
  productItem,
  profileItem,
  reviewItem,
  shopItem,
  soundItem,
  trendingSoundItem,
  videoItem,
} from '../items/item.ts';
import { failedInput, unreadableEntry } from '../results/failed-input.ts';
import type { Results } from '../results/results.ts';
import { siteUrl } from '../settings.ts';
import type { ListJob, ListSource } from './job.ts';
import type { ListSink } from './list-sink.ts';
import type { ListItem } from './lists/selection.ts';

/** Returns a sink that pushes items as results. Each is charged with `event`, or with the event that `eventOf` returns. */
export function sinkOf(
  results: Results,
  event: string,
  headerEvent = event,
  eventOf: (source: ListSource) => string = () => event,
): ListSink {
  const fail = ({ input, address }: ListJob, failure: Failure) =>
    results.fail(failedInput(input, pageUrlOf(address, siteUrl), failure));
  return {
    give: (job, items) =>
      results.give(
        eventOf(job.source),
        items.map((item) => itemOf(job, item)),
      ),
    giveHeader: (job, header) => results.give(headerEvent, [headerOf(job, header)]),
    giveUnreadable: (job, entry) => fail(job, unreadableEntry(entry)),
    giveFailure: fail,
    giveEnd: async () => undefined,
  };
}

function itemOf({ source, input }: ListJob, item: ListItem): Item {
  if (source.kind === 'posts') return videoItem(item as never, input, 'videos');
  if (source.kind === 'followers') return connectionItem(item as never, input, 'follower');
  if (source.kind === 'following') return connectionItem(item as never, input, 'following');
  if ('webVideoUrl' in item) return videoItem(item, input);
  if ('cid' in item) return commentItem(item, input);
  if ('reviewId' in item) return reviewItem(item, input);
  if ('productId' in item) return productItem(item, input);
  if ('rank' in item) return trendingSoundItem(item, input);
  return profileItem(item as never, input);
}

function headerOf({ source, input }: ListJob, header: object): Item {
  if (source.kind === 'hashtag_posts') return hashtagItem(header as never, input);
  if (source.kind === 'sound_posts') return soundItem(header as never, input);
  if (source.kind === 'reviews') return productItem(header as never, input);
  if (source.kind === 'shop_products') return shopItem(header as never, input);
  return ['video', 'related_posts', 'comments'].includes(source.kind)
    ? videoItem(header as never, input)
    : profileItem(header as never, input);
}
