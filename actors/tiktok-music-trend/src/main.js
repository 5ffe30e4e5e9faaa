import { finishActor, startActor } from '@wherry/tiktok-actors';
import { crawlTrendingSounds } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { countryCode = 'US', periodDays = '7', resultsPerPage = 100, maxFeedVideos = 300, onlyForBusiness } = input;

await crawlTrendingSounds(
  {
    countryCode: countryCode.toUpperCase(),
    isCountryGiven: Boolean(input.countryCode),
    periodDays: Number(periodDays),
    maxItems: resultsPerPage,
    maxFeedVideos,
    isForBusiness: onlyForBusiness,
  },
  { input, results, event: 'sound' },
);

await finishActor(results);
