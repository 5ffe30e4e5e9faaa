import type { Video } from '../world/video.ts';

export const mediaUrlOf = ({ number }: Video, gear: string): string =>
  `https://media.example.org/v/${number}-${gear}.mp4?expire=1790000000&tk=tt_chain_token`;
export const pictureUrlOf = ({ number }: Video, name: string): string =>
  `https://img.example.org/v/${number}-${name}.webp`;

const slideCount = 3;
export const slideNames = Array.from({ length: slideCount }, (_, slide) => `slide${slide}`);

export const gears = [
  { name: 'normal_540_0', bitrate: 900_000 },
  { name: 'adapt_720_1', bitrate: 1_500_000 },
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
    bitrateInfo: gears.map(({ name, bitrate }) => ({
      Bitrate: bitrate,
      GearName: name,
      QualityType: 20,
      CodecType: 'h264',
      PlayAddr: { UrlList: [mediaUrlOf(video, name)], DataSize: '1000000', Width: 576, Height: 1024 },
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
