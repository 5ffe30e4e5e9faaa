import { type Sound, soundOf } from '../world/topic.ts';
import { userOf } from '../world/user.ts';
import type { World } from '../world/world.ts';
import { authorPayload } from './user-payload.ts';

export const coverOf = ({ number }: Sound): string => `https://img.example.org/m/${number}.jpeg`;
export const playUrlOf = ({ number }: Sound): string => `https://media.example.org/m/${number}.mp3?a=1&b=2`;

export const musicPayload = (sound: Sound): Record<string, unknown> => ({
  id: sound.id,
  title: sound.title,
  authorName: sound.authorName,
  original: sound.user !== null,
  duration: sound.durationSecs,
  playUrl: playUrlOf(sound),
  album: sound.album,
  coverLarge: coverOf(sound),
  coverMedium: coverOf(sound),
  coverThumb: coverOf(sound),
  isCopyrighted: sound.copyrighted,
  private: false,
});

/** The data of a sound's page. `artists` in the present form, `author` in the older one. */
export function soundInfoPayload(world: World, number: number): Record<string, unknown> {
  const sound = soundOf(world, number);
  const artist = sound.user === null ? undefined : authorPayload(userOf(world, sound.user));
  const isOld = number % 2 === 0;
  return {
    music: musicPayload(sound),
    ...(artist !== undefined && (isOld ? { author: artist } : { artists: [artist] })),
    stats: { videoCount: sound.videos },
  };
}
