import type { Place } from '../json/place.ts';
import { type Author, profileUrlOf } from './author.ts';
import { noCounts } from './profile.ts';

/** Reads a user of a search, in snake case. The search has only some of the fields. */
export function readFoundUser(entry: Place): Author {
  const info = entry.at('user_info').requireObject();
  const name = info.at('unique_id').requireText();
  const avatar = info.at('avatar_thumb', 'url_list').list()[0]?.text() ?? null;
  return {
    id: info.at('uid').requireId(),
    name,
    profileUrl: profileUrlOf(name),
    nickName: info.at('nickname').text(),
    secUid: info.at('sec_uid').text(),
    verified: isVerified(info.at('custom_verify')),
    signature: info.at('signature').text(),
    avatar,
    originalAvatarUrl: null,
    bioLink: null,
    commerceUserInfo: null,
    privateAccount: null,
    region: null,
    language: null,
    roomId: null,
    ttSeller: null,
    isOrganization: null,
    createTime: null,
    createTimeISO: null,
    ...noCounts,
    fans: info.at('follower_count').count(),
    heart: info.at('total_favorited').count(),
  };
}

/** `custom_verify` is the text of the check mark; empty if there is none. */
function isVerified(customVerify: Place): boolean | null {
  const text = customVerify.text();
  return text === null ? null : text !== '';
}
