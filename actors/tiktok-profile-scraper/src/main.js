import { crawlPages, finishActor, profileItem, readProfile, startActor, targetsOf } from '@wherry/tiktok-actors';

const { input, results } = await startActor();

// What a profile gives, its charge, and the mark that it is done are one commit.
await crawlPages(targetsOf(input.profiles, 'profile'), {
  ...{ input, results },
  pages: {
    profile: {
      ...{ read: readProfile, event: 'profile' },
      items: (profile, target) => [profileItem(profile, target.input)],
    },
  },
});

await finishActor(results);
