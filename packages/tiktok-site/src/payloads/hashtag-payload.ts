import { roundedCount } from '../world/form.ts';
import { hashtagOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';

export const hashtagCoverOf = (number: number): string =>
  number % 3 === 0 ? '' : `https://img.example.org/h/${number}.jpeg`;

export function challengeInfoPayload(world: World, number: number): Record<string, unknown> {
  const { id, name, description, commerce, videos, views } = hashtagOf(world, number);
  const cover = hashtagCoverOf(number);
  return {
    challenge: {
      id,
      title: name,
      desc: description,
      isCommerce: commerce,
      coverLarger: cover,
      coverMedium: cover,
      coverThumb: cover,
      profileLarger: cover,
      profileMedium: cover,
      profileThumb: cover,
    },
    challengeAnnouncement: {},
    // A captured page had 0 here and billions in the exact table.
    stats: { videoCount: number % 2 === 0 ? 0 : roundedCount(videos), viewCount: roundedCount(views) },
    statsV2: { videoCount: `${videos}`, viewCount: `${views}` },
  };
}
