/**
 * TikTok's ranking of sounds; where it is not to be had, one that is counted in the feed.
 *
 * [ranking-1] a ranking is TikTok's own or a counted one, never both: when TikTok's breaks off, what it gave stands, and its
 *     failure is told.
 * [ranking-2] a counted ranking is given when the feed has been read, in one commit with that.
 */
import { useState } from '@wherry/durable';
import { derivedTrend, type Failure, type RankPeriodDays, type Video } from '@wherry/tiktok';
import { log } from 'crawlee';
import { trendingSoundItem } from '../items/item.ts';
import type { ListJob } from './job.ts';
import { crawlLists, type ListCrawl } from './list-crawler.ts';
import { sinkOf } from './list-items.ts';
import { feedOf, jobOf } from './list-jobs.ts';
import type { ListSink } from './list-sink.ts';
import type { ListItem } from './selection.ts';

export interface TrendWish {
  readonly countryCode: string;
  readonly periodDays: RankPeriodDays;
  readonly maxItems: number;
  readonly maxFeedVideos: number;
}

interface Counting {
  hasRanks: boolean;
  /** Why TikTok's own ranking is not there; null while it may come. */
  reason: string | null;
  readonly videos: Record<string, Counted>;
}

/** What a counted ranking is made of. */
type Counted = Pick<Video, 'id' | 'musicMeta' | 'playCount'>;

export async function crawlTrendingSounds(wish: TrendWish, crawl: ListCrawl): Promise<void> {
  const { countryCode, periodDays, maxItems, maxFeedVideos } = wish;
  const counting = (await useState('SOUND_TREND', { hasRanks: false, reason: null, videos: {} })) as Counting;
  const input = `${countryCode}, ${periodDays} days`;
  const ranks = jobOf(
    { input, address: { kind: 'sound_trend', periodDays, countryCode } },
    { source: { kind: 'sound_ranks' }, maxItems },
  );
  const feed = { ...feedOf('foryou', { maxItems: maxFeedVideos }), input };
  const sink = trendSink(counting, wish, crawl);
  // The same two crawls in each attempt, for both take what the other one left in the queue.
  await crawlLists([ranks], { ...crawl, sink });
  if (counting.reason === null) return;
  log.info(`TikTok gives no ranking of sounds (${counting.reason}), so they are counted in its feed.`);
  await crawlLists([feed], { ...crawl, sink });
}

function trendSink(counting: Counting, { maxItems }: TrendWish, { results, event }: ListCrawl): ListSink {
  const plain = sinkOf(results, event);
  const isRanks = ({ source }: ListJob) => source.kind === 'sound_ranks';
  const giveCounted = async ({ input }: ListJob) => {
    const sounds = derivedTrend(Object.values(counting.videos) as Video[]).slice(0, maxItems);
    await results.give(
      event,
      sounds.map((sound) => trendingSoundItem(sound, input)),
    );
  };
  return {
    ...plain,
    async give(job, items) {
      if (isRanks(job)) {
        counting.hasRanks = true;
        return plain.give(job, items);
      }
      for (const item of items) count(counting, item);
      return { isFull: false };
    },
    async giveFailure(job, failure) {
      // [ranking-1]
      if (isRanks(job) && !counting.hasRanks) counting.reason = `${failure.kind}: ${failure.message}`;
      else await plain.giveFailure(job, isRanks(job) ? failure : withReason(failure, counting.reason));
      if (!isRanks(job)) await giveCounted(job);
    },
    async giveEnd(job) {
      // [ranking-2]
      if (!isRanks(job)) await giveCounted(job);
    },
  };
}

function count(counting: Counting, item: ListItem): void {
  const { id, musicMeta, playCount } = item as Video;
  counting.videos[id] = { id, musicMeta, playCount };
}

const withReason = (failure: Failure, reason: string | null): Failure => ({
  ...failure,
  message: `${failure.message}; TikTok's own ranking: ${reason}`,
});
