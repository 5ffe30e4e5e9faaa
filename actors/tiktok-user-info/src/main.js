import { crawlPages, finishActor, profileItem, readProfile, startActor, targetsOf } from '@wherry/tiktok-actors';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);

// An account, its charge, and the mark that it is done are one commit, which several accounts share.
await crawlPages(targetsOf(input.profiles, 'profile'), {
  input: { maxConcurrency: 20, ...input },
  results,
  pages: {
    profile: {
      read: readProfile,
      event: 'user',
      items: (profile, target) => [profileItem(profile, target.input)],
    },
  },
});

await finishActor(results);
