import { crawlPages, finishActor, profileItem, readProfile, startActor, targetsOf } from '@wherry/tiktok-actors';

const { input, results } = await startActor();

await crawlPages(targetsOf(input.profiles, 'profile'), {
  ...{ input, results, event: 'profile' },
  read: readProfile,
  // One commit with the mark that the profile is done, and with its charge.
  give: (profile, target) => results.give('profile', [profileItem(profile, target.input)]),
});

await finishActor(results);
