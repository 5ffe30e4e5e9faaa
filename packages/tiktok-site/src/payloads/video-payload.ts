import type { Video } from '../world/video.ts';

export const mediaUrlOf = ({ number }: Video, gear: string): string =>
  `https://media.example.org/v/${number}-${gear}.mp4?expire=1790000000&tk=tt_chain_token`;
export const pictureUrlOf = ({ number }: Video, name: string): string =>
  `https://img.example.org/v/${number}-${name}.webp`;

const slideCount = 3;
export const slideNames = Array.from({ length: slideCount }, (_, slide) => `slide${slide}`);

/** The files of a video, in the order in which TikTok lists them. */
const gears = [
  { name: 'normal_540_0', codec: 'h264', height: 1024, width: 576, bitrate: 900_000, size: '1000000' },
  { name: 'adapt_lowest_1080_1', codec: 'h265_hvc1', height: 1920, width: 1080, bitrate: 1_200_000, size: 1_400_000 },
  { name: 'adapt_720_1', codec: 'h265_hvc1', height: 1280, width: 720, bitrate: 1_500_000, size: '1600000' },
] as const;

export function videoPayload(video: Video): Record<string, unknown> {
  // A post with pictures has a video without a stream.
  if (video.isSlideshow) {
    return {
      id: video.id,
      duration: 0,
      width: 0,
      height: 0,
      ratio: '',
      cover: pictureUrlOf(video, 'cover'),
      playAddr: '',
    };
  }
  return {
    id: video.id,
    duration: video.durationSecs,
    width: 576,
    height: 1024,
    ratio: '540p',
    definition: '540p',
    format: 'mp4',
    bitrate: gears[0].bitrate,
    codecType: 'h264',
    encodedType: 'normal',
    cover: pictureUrlOf(video, 'cover'),
    originCover: pictureUrlOf(video, 'origin'),
    dynamicCover: pictureUrlOf(video, 'dynamic'),
    playAddr: mediaUrlOf(video, 'play'),
    downloadAddr: mediaUrlOf(video, 'download'),
    bitrateInfo: gears.map(({ name, codec, height, width, bitrate, size }) => ({
      Bitrate: bitrate,
      GearName: name,
      QualityType: 20,
      CodecType: codec,
      PlayAddr: { UrlList: [mediaUrlOf(video, name)], DataSize: size, Width: width, Height: height },
    })),
    ...(video.subtitles && { subtitleInfos: [subtitlePayload(video)] }),
    volumeInfo: { Loudness: -12.3, Peak: 0.9 },
  };
}

export const subtitleUrlOf = ({ number }: Video): string => `https://media.example.org/v/${number}.webvtt`;

const subtitlePayload = (video: Video): Record<string, unknown> => ({
  LanguageID: '2',
  LanguageCodeName: 'eng-US',
  Url: subtitleUrlOf(video),
  Format: 'webvtt',
  Version: '1',
  Source: 'ASR',
});

export const imagePostPayload = (video: Video): Record<string, unknown> => ({
  images: slideNames.map((name) => ({
    imageWidth: 1080,
    imageHeight: 1440,
    imageURL: { urlList: [pictureUrlOf(video, name), pictureUrlOf(video, `${name}-backup`)] },
  })),
  title: video.text,
});
