/**
 * TikTok's ranking of sounds or, if it is not available, a ranking that is counted in the feed.
 *
 * [ranking-1] A ranking is either TikTok's own or a counted one, never both. If TikTok's ranking ends early, its items stand,
 *     and the failure is reported.
 * [ranking-2] A counted ranking is given when the feed has been read, in the same commit.
 * [ranking-3] A ranking that is counted in the feed of another country than the wanted one is not given. If the input names no
 *     country, it is that of the connection.
 */
import { useState } from '@wherry/durable';
import { derivedTrend, type Failure, type RankPeriodDays, type Video } from '@wherry/tiktok';
import { log } from 'crawlee';
import type { CommonInput } from '../input/common-input.ts';
import { trendingSoundItem } from '../items/item.ts';
import type { ListJob } from './job.ts';
import { crawlLists, type ListCrawl } from './list-crawler.ts';
import { sinkOf } from './list-items.ts';
import { feedOf, jobOf } from './list-jobs.ts';
import type { ListSink } from './list-sink.ts';
import type { ListItem } from './lists/selection.ts';

export interface TrendOptions {
  readonly countryCode: string;
  /** Whether the input names the country; otherwise it is that of TikTok's ranking only. */
  readonly isCountryGiven: boolean;
  readonly periodDays: RankPeriodDays;
  readonly maxItems: number;
  readonly maxFeedVideos: number;
  /** Only sounds that may be used in advertising. */
  readonly isForBusiness?: boolean | undefined;
}

interface Counting {
  hasRanks: boolean;
  /** Why TikTok's own ranking is not available; null while it may be. */
  reason: string | null;
  readonly videos: Record<string, Counted>;
}

/** The fields of a video that a counted ranking needs. */
type Counted = Pick<Video, 'id' | 'musicMeta' | 'playCount'>;

export async function crawlTrendingSounds(options: TrendOptions, given: ListCrawl): Promise<void> {
  const region = options.isCountryGiven ? options.countryCode : null;
  // Each crawl may find requests of the other in the queue, so both have the proxies of the country.
  const crawl = region === null ? given : { ...given, input: withProxiesOf(region, given.input) };
  const { countryCode, periodDays, maxItems, maxFeedVideos, isForBusiness = false } = options;
  const counting = (await useState('SOUND_TREND', { hasRanks: false, reason: null, videos: {} })) as Counting;
  const input = `${countryCode}, ${periodDays} days`;
  const ranks = jobOf(
    { input, address: { kind: 'sound_trend', periodDays, countryCode } },
    { source: { kind: 'sound_ranks', ...(isForBusiness && { forBusiness: true }) }, maxItems },
  );
  // The page says for which country it is [ranking-3].
  const feed = { ...feedOf('foryou', { maxItems: maxFeedVideos, region }), input: region === null ? 'foryou' : input };
  const sink = trendSink(counting, options, crawl);
  // Each attempt runs the same two crawls, since each may find requests of the other in the queue.
  await crawlLists([ranks], { ...crawl, sink });
  if (counting.reason === null) return;
  log.info(`TikTok's ranking of sounds is not available (${counting.reason}). Sounds are counted in the feed instead.`);
  await crawlLists([feed], { ...crawl, sink });
}

/** The input's own choice of a country is left to it: TikTok's ranking has the country in its URL, whatever the proxies. */
function withProxiesOf(region: string, input: CommonInput): CommonInput {
  const { apifyProxyCountry, countryCode = apifyProxyCountry } = input.proxyConfiguration ?? {};
  return countryCode === undefined ? { ...input, region } : input;
}

function trendSink(
  counting: Counting,
  { maxItems, isForBusiness }: TrendOptions,
  { results, event }: ListCrawl,
): ListSink {
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
      // The counted ranking replaces TikTok's only if that has given nothing [ranking-1].
      // Videos do not say which sounds may be used in advertising.
      if (isRanks(job) && !counting.hasRanks && isForBusiness !== true)
        counting.reason = `${failure.kind}: ${failure.message}`;
      else await plain.giveFailure(job, isRanks(job) ? failure : withReason(failure, counting.reason));
      if (!isRanks(job)) await giveCounted(job);
    },
    async giveEnd(job) {
      // In the commit that ends the feed [ranking-2].
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
