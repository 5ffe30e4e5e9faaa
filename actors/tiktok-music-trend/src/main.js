import { finishActor, startActor } from '@wherry/tiktok-actors';
import { crawlTrendingSounds } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { countryCode = 'US', period = '7', resultsPerPage = 100, maxFeedVideos = 300 } = input;

await crawlTrendingSounds(
  { countryCode: countryCode.toUpperCase(), periodDays: Number(period), maxItems: resultsPerPage, maxFeedVideos },
  { input, results, event: 'sound' },
);

await finishActor(results);
