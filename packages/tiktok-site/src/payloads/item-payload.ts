import { formsOf, overflown, roundedCount } from '../world/form.ts';
import { hashtagOf, soundOf } from '../world/topic.ts';
import { userOf } from '../world/user.ts';
import { type Video, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { bare } from './bare.ts';
import { effectStickersPayload, videoExtrasPayload } from './extras-payload.ts';
import { musicPayload } from './sound-payload.ts';
import { authorPayload, userCounts } from './user-payload.ts';
import { imagePostPayload, videoPayload } from './video-payload.ts';

/** Where an item is: in a response to the page's script, in a page, or in an older page. */
export type ItemPlace = 'list' | 'page' | 'legacy';

export function itemPayload(world: World, number: number, place: ItemPlace = 'list'): Record<string, unknown> {
  const video = videoOf(world, number);
  const forms = formsOf(world, 'video', number);
  const isClassified = video.state === 'classified';
  return {
    id: forms.hasBareIds ? bare(video.id) : video.id,
    desc: video.text,
    textLanguage: video.language,
    createTime: place === 'list' ? video.createTimeSecs : `${video.createTimeSecs}`,
    ...authorPart(world, video, place),
    ...(isClassified ? { isContentClassified: true } : { video: videoPayload(video) }),
    ...(video.isSlideshow && { imagePost: imagePostPayload(video) }),
    music: musicPayload(soundOf(world, video.sound)),
    ...extrasPart(world, video),
    ...countTables(video, place === 'legacy' || forms.hasOnlyStats),
    ...effectStickersPayload(world, video),
    ...videoExtrasPayload(world, video),
    ...(video.region !== null && { locationCreated: video.region }),
    isAd: video.isAd,
    originalItem: false,
    privateItem: false,
    secret: false,
    itemCommentStatus: 0,
    ...(video.isPinned && { isPinnedItem: true }),
    diversificationLabels: [],
    warnInfo: [],
  };
}

/** An older page has only the author's name. Some lists omit the author. */
function authorPart(world: World, video: Video, place: ItemPlace): Record<string, unknown> {
  const user = userOf(world, video.user);
  if (place === 'legacy') return { author: user.name, ...userCounts(world, user, 'authorStats') };
  if (place === 'list' && formsOf(world, 'video', video.number).lacksAuthor) return {};
  // The page of a post does not know when its author's account was made.
  const author = { ...authorPayload(user), ...(place === 'page' && { createTime: 0 }) };
  return { author, ...userCounts(world, user, 'authorStats') };
}

/** What the text refers to is in two places or, in some posts, only in the parts of the text. */
function extrasPart(world: World, video: Video): Record<string, unknown> {
  const textExtra = textExtraOf(world, video);
  if (formsOf(world, 'video', video.number).hasExtrasInContents) return { contents: [{ desc: video.text, textExtra }] };
  return { challenges: challengesOf(world, video), textExtra, contents: [{ desc: video.text }] };
}

const challengesOf = (world: World, { hashtags }: Video): unknown[] =>
  hashtags.map((number) => {
    const { id, name, description } = hashtagOf(world, number);
    return { id, title: name, desc: description, coverLarger: '', coverMedium: '', coverThumb: '' };
  });

function textExtraOf(world: World, video: Video): unknown[] {
  const names = video.hashtags.map((number) => hashtagOf(world, number).name);
  const mentioned = video.mentioned === null ? undefined : userOf(world, video.mentioned);
  const { mentionsById } = formsOf(world, 'video', video.number);
  return [
    ...[...names, ...(video.looseHashtag === null ? [] : [video.looseHashtag])].map((hashtagName) => ({
      awemeId: '',
      start: 0,
      end: 0,
      hashtagName,
      type: 1,
      subType: 0,
    })),
    ...(mentioned === undefined
      ? []
      : [
          {
            awemeId: '',
            start: 0,
            end: 0,
            hashtagName: '',
            type: 0,
            subType: 0,
            secUid: mentioned.secUid,
            userId: mentioned.id,
            userUniqueId: mentionsById ? '' : mentioned.name,
            userNickname: mentionsById ? '' : mentioned.nickname,
          },
        ]),
  ];
}

/** `collectCount` is a string in both tables. The number of reposts is only in the exact table. */
function countTables(video: Video, hasOnlyStats: boolean): Record<string, unknown> {
  const { plays, likes, shares, collects, reposts } = video.counts;
  const table = (count: (value: number) => unknown) => ({
    diggCount: count(likes),
    shareCount: count(shares),
    commentCount: count(video.comments),
    playCount: count(plays),
    collectCount: `${count(collects)}`,
  });
  if (hasOnlyStats) return { stats: table(overflown) };
  return { stats: table(roundedCount), statsV2: { ...table(String), repostCount: `${reposts}` } };
}
