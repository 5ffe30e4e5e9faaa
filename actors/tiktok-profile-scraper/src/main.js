import {
  crawlPages,
  finishActor,
  postDatesOf,
  profileItem,
  readProfile,
  startActor,
  targetsOf,
} from '@wherry/tiktok-actors';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { profiles, resultsPerPage = 0, profileSorting = 'latest' } = input;
const targets = targetsOf(profiles, 'profile');

if (resultsPerPage > 0) await profilesWithPosts();
else await profilesAlone();

await finishActor(results);

/** Over HTTP. A profile, its charge, and the mark that it is done are one commit. */
async function profilesAlone() {
  await crawlPages(targets, {
    input,
    results,
    pages: {
      profile: {
        read: readProfile,
        event: 'profile',
        items: (profile, target) => [profileItem(profile, target.input)],
      },
    },
  });
}

/** With a browser. The posts of a page, their charges, and the position of the next page are one commit. */
async function profilesWithPosts() {
  const { crawlLists, listsOf } = await import('@wherry/tiktok-actors/browser');
  const lists = listsOf(targets, {
    source: { kind: 'posts', sort: profileSorting, withProfile: true },
    maxItems: resultsPerPage,
    ...(await postDatesOf(input)),
    withoutPinned: input.excludePinnedPosts,
  });
  await crawlLists(lists, { input, results, event: 'post', headerEvent: 'profile' });
}
