import { crawlPages, finishActor, readVideo, startActor, targetsOf, videoItem } from '@wherry/tiktok-actors';

const { input, results } = await startActor();

// What a post gives, its charge, and the mark that it is done are one commit.
await crawlPages(targetsOf(input.postURLs, 'video'), {
  ...{ input, results },
  pages: {
    video: {
      ...{ read: readVideo, event: 'result' },
      items: (video, target) => [videoItem(video, target.input)],
    },
  },
});

await finishActor(results);
