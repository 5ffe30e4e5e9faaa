import type { Place } from '../json/place.ts';

/** The URLs in it expire, and need the cookies of the page that contained them. */
export interface VideoMeta {
  readonly height: number | null;
  readonly width: number | null;
  readonly duration: number | null;
  readonly coverUrl: string | null;
  readonly originalCoverUrl: string | null;
  readonly definition: string | null;
  readonly format: string | null;
  readonly subtitleLinks: readonly SubtitleLink[];
  readonly downloadAddr: string | null;
}

export interface SubtitleLink {
  readonly language: string | null;
  readonly downloadLink: string | null;
}

export function readVideoMeta(video: Place): VideoMeta {
  return {
    height: video.at('height').count(),
    width: video.at('width').count(),
    duration: video.at('duration').number(),
    coverUrl: video.firstText('cover', 'originCover'),
    originalCoverUrl: video.at('originCover').text(),
    definition: video.at('definition').text(),
    format: video.at('format').text(),
    subtitleLinks: video
      .at('subtitleInfos')
      .list()
      .map((each) => ({
        language: each.at('LanguageCodeName').text(),
        downloadLink: each.at('Url').text(),
      })),
    downloadAddr: video.at('downloadAddr').text(),
  };
}

/** The URLs of the video itself, the best one first. */
export function readMediaUrls(video: Place): string[] {
  const bitrates = video
    .at('bitrateInfo')
    .list()
    .map((each) => ({ bitrate: each.at('Bitrate').number() ?? 0, urls: readUrls(each.at('PlayAddr', 'UrlList')) }))
    .sort((one, other) => other.bitrate - one.bitrate);
  const playUrl = video.at('playAddr').text();
  return [...new Set([...(playUrl ? [playUrl] : []), ...bitrates.flatMap(({ urls }) => urls)])];
}

/** The pictures of a post without a video. */
export const readSlideshowUrls = (imagePost: Place): string[] =>
  imagePost
    .at('images')
    .list()
    .flatMap((image) => readUrls(image.at('imageURL', 'urlList')).slice(0, 1));

const readUrls = (list: Place): string[] =>
  list
    .list()
    .map((each) => each.text())
    .filter((each) => each !== null);
