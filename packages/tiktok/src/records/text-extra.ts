import type { Place } from '../json/place.ts';

/** An account that a text mentions. */
export interface Mention {
  readonly id: string | null;
  /** Null if the site names the account only by its id. */
  readonly name: string | null;
  readonly nickName: string | null;
  /** By the name or, without one, by the `secUid`. */
  readonly profileUrl: string | null;
}

export interface HashtagName {
  readonly name: string;
}

/**
 * The extras of an item's text: `textExtra` of the item, and of the parts of its text in `contents`. Some items have them in
 * only one of the two places.
 */
export const textExtrasOf = (item: Place): Place[] => [
  item.at('textExtra'),
  ...item
    .at('contents')
    .list()
    .map((part) => part.at('textExtra')),
];

/** Reads `textExtra` (camel case, videos) or `text_extra` (snake case, comments). Each account is given once. */
export function readMentions(textExtras: readonly Place[]): Mention[] {
  const byKey = new Map<string, Mention>();
  for (const each of textExtras.flatMap((extra) => extra.list())) {
    const mention = readMention(each);
    const key = mention.id ?? mention.name?.toLowerCase();
    if (key !== undefined && (byKey.get(key)?.name ?? null) === null) byKey.set(key, mention);
  }
  return [...byKey.values()];
}

function readMention(extra: Place): Mention {
  const name = extra.firstText('userUniqueId', 'user_unique_id');
  const page = name ?? extra.firstText('secUid', 'sec_uid');
  return {
    id: extra.firstOf('userId', 'user_id').id(),
    name,
    nickName: extra.firstText('userNickname', 'user_nickname'),
    profileUrl: page === null ? null : `https://www.tiktok.com/@${page}`,
  };
}

/** The names of the accounts as they are written in a text. */
export const namesOf = (mentions: readonly Mention[]): string[] =>
  mentions.flatMap(({ name }) => (name === null ? [] : [`@${name}`]));

/** The hashtags of a video: those that it belongs to, then those that are only in its text. */
export function readHashtagNames(challenges: Place, textExtras: readonly Place[]): HashtagName[] {
  const belongs = challenges.list().map((each) => each.at('title').text());
  const named = textExtras
    .flatMap((extra) => extra.list())
    .map((each) => each.firstOf('hashtagName', 'hashtag_name').text());
  const byKey = new Map<string, string>();
  for (const name of [...belongs, ...named]) {
    if (name && !byKey.has(name.toLowerCase())) byKey.set(name.toLowerCase(), name);
  }
  return [...byKey.values()].map((name) => ({ name }));
}
