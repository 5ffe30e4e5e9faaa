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

/** A file of a video, by one of its URLs. What the site does not say is null. */
export interface MediaFormat {
  readonly url: string;
  /** As TikTok writes it: `h264`, `h265_hvc1`, `h265_hvc2`. */
  readonly codec: string | null;
  readonly height: number | null;
  readonly width: number | null;
  readonly bitrateBps: number | null;
  readonly sizeBytes: number | null;
}

export interface SubtitleLink {
  readonly language: string | null;
  readonly downloadLink: string | null;
}

export function readVideoMeta(video: Place): VideoMeta {
  return {
    // A post of pictures has 0 for all three.
    height: video.at('height').positive(),
    width: video.at('width').positive(),
    duration: video.at('duration').positive(),
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

/** Reads the files of the video itself, the best one first. A file has several URLs, each of which is given once. */
export function readMediaFormats(video: Place): MediaFormat[] {
  const files = [...video.at('bitrateInfo').list().flatMap(readFile), ...readPlayed(video)];
  const byUrl = new Map(files.toReversed().map((file) => [file.url, file]));
  return files.filter((file) => byUrl.get(file.url) === file).sort(byQuality);
}

/** Reads an entry of `bitrateInfo`. */
function readFile(entry: Place): MediaFormat[] {
  const address = entry.at('PlayAddr');
  const format: Omit<MediaFormat, 'url'> = {
    codec: entry.at('CodecType').text(),
    height: address.at('Height').positive(),
    width: address.at('Width').positive(),
    bitrateBps: entry.at('Bitrate').positive(),
    sizeBytes: address.at('DataSize').positive(),
  };
  return readUrls(address.at('UrlList')).map((url) => ({ url, ...format }));
}

/** The file that a page plays is described by the video itself. */
function readPlayed(video: Place): MediaFormat[] {
  const url = video.firstText('playAddr');
  if (url === null) return [];
  return [
    {
      url,
      codec: video.at('codecType').text(),
      height: video.at('height').positive(),
      width: video.at('width').positive(),
      bitrateBps: video.at('bitrate').positive(),
      sizeBytes: video.at('size').positive(),
    },
  ];
}

function byQuality(one: MediaFormat, other: MediaFormat): number {
  const differences = (['height', 'width', 'bitrateBps'] as const).map((name) => (other[name] ?? 0) - (one[name] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** The pictures of a post without a video. */
export const readSlideshowUrls = (imagePost: Place): string[] =>
  imagePost
    .at('images')
    .list()
    .flatMap((image) => readUrls(image.at('imageURL', 'urlList')).slice(0, 1));

const readUrls = (list: Place): string[] => list.list().flatMap((each) => each.text() || []);
