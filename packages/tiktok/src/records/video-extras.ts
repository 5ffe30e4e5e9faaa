import type { Place } from '../json/place.ts';

/** What else a post says of itself. Fields are null, and lists empty, if the response does not have them. */
export interface VideoExtras {
  /** The hashtags that the post belongs to, with their ids. */
  readonly challenges: readonly Challenge[];
  /** Whether the post is marked as made by an AI, by its author or by TikTok. */
  readonly isAigc: boolean | null;
  /** TikTok's code for who has marked it; what the codes mean is not confirmed. */
  readonly aigcLabelType: number | null;
  readonly aigcDescription: string | null;
  readonly duetEnabled: boolean | null;
  readonly stitchEnabled: boolean | null;
  readonly shareEnabled: boolean | null;
  /** The post that this one is a duet with. */
  readonly duetFromId: string | null;
  /** The texts that are written on the picture. */
  readonly stickerTexts: readonly string[];
}

export interface Challenge {
  readonly id: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly coverUrl: string | null;
}

export function readVideoExtras(item: Place): VideoExtras {
  const aigcLabelType = item.at('aigcLabelType').count();
  const aigcDescription = item.at('AIGCDescription').text();
  return {
    challenges: item.at('challenges').list().flatMap(readChallenge),
    isAigc: isAigc(item.at('IsAigc').flag(), aigcLabelType, aigcDescription),
    aigcLabelType,
    aigcDescription: aigcDescription === '' ? null : aigcDescription,
    duetEnabled: item.at('duetEnabled').flag(),
    stitchEnabled: item.at('stitchEnabled').flag(),
    shareEnabled: item.at('shareEnabled').flag(),
    duetFromId: item.at('duetInfo', 'duetFromId').id(),
    stickerTexts: item
      .at('stickersOnItem')
      .list()
      .flatMap((sticker) => sticker.at('stickerText').list())
      .map((text) => text.text())
      .filter((text) => text !== null)
      .filter((text) => text !== ''),
  };
}

function readChallenge(challenge: Place): Challenge[] {
  const name = challenge.at('title').text();
  if (name === null || name === '') return [];
  const description = challenge.at('desc').text();
  return [
    {
      id: challenge.at('id').id(),
      name,
      description: description === '' ? null : description,
      coverUrl: challenge.firstText('coverLarger', 'profileLarger'),
    },
  ];
}

/** Posts without a mark have an empty description, and mostly no label. */
function isAigc(flag: boolean | null, label: number | null, description: string | null): boolean | null {
  const signs = [flag, label === null ? null : label > 0, description === null ? null : description !== ''];
  if (signs.includes(true)) return true;
  return signs.includes(false) ? false : null;
}
