import type { Place } from '../json/place.ts';
import { CountTables } from './counts.ts';

/** The sound of a video. */
export interface MusicMeta {
  readonly musicId: string | null;
  readonly musicName: string | null;
  readonly musicAuthor: string | null;
  readonly musicOriginal: boolean | null;
  readonly musicAlbum: string | null;
  readonly playUrl: string | null;
  readonly coverMediumUrl: string | null;
  readonly duration: number | null;
}

/** A sound with the fields of its own page. */
export interface Sound extends MusicMeta {
  readonly musicId: string;
  readonly musicName: string;
  readonly isCopyrighted: boolean | null;
  readonly private: boolean | null;
  readonly artists: readonly Artist[];
  readonly videoCount: number | null;
}

export interface Artist {
  readonly id: string | null;
  readonly name: string | null;
  readonly nickName: string | null;
}

/** A video may have no sound: TikTok removes sounds whose rights have ended. */
export function readMusicMeta(music: Place): MusicMeta | null {
  if (!music.isThere) return null;
  return {
    musicId: music.requireObject().at('id').id(),
    musicName: music.at('title').text(),
    musicAuthor: music.at('authorName').text(),
    musicOriginal: music.at('original').flag(),
    musicAlbum: music.at('album').text(),
    playUrl: music.at('playUrl').text(),
    coverMediumUrl: music.firstText('coverMedium', 'coverThumb', 'coverLarge'),
    duration: music.at('duration').positive(),
  };
}

/** Reads `{ music, artist, artists, author, stats }`. */
export function readSound(info: Place): Sound {
  const music = info.at('music');
  const musicId = music.requireObject().at('id').requireId();
  const musicName = music.at('title').requireText();
  return {
    ...readMusicMeta(music)!,
    musicId,
    musicName,
    isCopyrighted: music.at('isCopyrighted').flag(),
    private: music.at('private').flag(),
    artists: readArtists(info),
    videoCount: CountTables.of(info).require('videoCount'),
  };
}

function readArtists(info: Place): Artist[] {
  const several = info.at('artists').list();
  const single = [info.at('artist'), info.at('author')].filter(({ isObject }) => isObject).slice(0, 1);
  return (several.length > 0 ? several : single).map((artist) => ({
    id: artist.at('id').id(),
    name: artist.at('uniqueId').text(),
    nickName: artist.at('nickname').text(),
  }));
}
