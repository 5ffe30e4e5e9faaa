import type { Place } from '../json/place.ts';

/** An account that a text mentions. */
export interface Mention {
  readonly id: string | null;
  readonly name: string;
  readonly nickName: string | null;
  readonly profileUrl: string;
}

export interface HashtagName {
  readonly name: string;
}

/** Reads `textExtra` (camel case, videos) or `text_extra` (snake case, comments). */
export function readMentions(textExtra: Place): Mention[] {
  return textExtra.list().flatMap((each) => {
    const name = each.firstOf('userUniqueId', 'user_unique_id').text();
    if (!name) return [];
    return {
      id: each.firstOf('userId', 'user_id').id(),
      name,
      nickName: each.firstOf('userNickname', 'user_nickname').text(),
      profileUrl: `https://www.tiktok.com/@${name}`,
    };
  });
}

/** The hashtags of a video: those that it belongs to, then those that are only in its text. */
export function readHashtagNames(challenges: Place, textExtra: Place): HashtagName[] {
  const belongs = challenges.list().map((each) => each.at('title').text());
  const named = textExtra.list().map((each) => each.firstOf('hashtagName', 'hashtag_name').text());
  const byKey = new Map<string, string>();
  for (const name of [...belongs, ...named]) {
    if (name && !byKey.has(name.toLowerCase())) byKey.set(name.toLowerCase(), name);
  }
  return [...byKey.values()].map((name) => ({ name }));
}
