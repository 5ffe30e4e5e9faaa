import type { Place } from '../json/place.ts';
import { type Author, noAuthor, profileUrlOf } from './author.ts';

/** Reads a user of a search, in snake case. The search has only some of the fields. */
export function readFoundUser(entry: Place): Author {
  const info = entry.at('user_info').requireObject();
  const name = info.at('unique_id').requireText();
  const avatar = info.at('avatar_thumb', 'url_list').list()[0]?.text() ?? null;
  return {
    ...noAuthor,
    id: info.at('uid').requireId(),
    name,
    profileUrl: profileUrlOf(name),
    nickName: info.at('nickname').text(),
    secUid: info.at('sec_uid').text(),
    verified: isVerified(info),
    signature: info.at('signature').text(),
    avatar,
    fans: info.at('follower_count').count(),
    heart: info.at('total_favorited').count(),
  };
}

/** The texts of the check mark of a person and of a company; empty if there is none. */
function isVerified(info: Place): boolean | null {
  const texts = ['custom_verify', 'enterprise_verify_reason'].map((name) => info.at(name).text());
  return texts.every((text) => text === null) ? null : texts.some((text) => text !== null && text !== '');
}
