import type { Profile } from '../records/profile.ts';
import type { Video } from '../records/video.ts';
import type { Address } from './address.ts';

/**
 * Whether a profile is the requested one. TikTok may respond with another account: an id is resolved only if the response
 * itself contains that id.
 */
export function isProfileOf(address: Address, profile: Profile): boolean {
  switch (address.kind) {
    case 'profile':
      return profile.name.toLowerCase() === address.name.toLowerCase();
    case 'profile_of_sec_uid':
      return profile.secUid === address.secUid;
    case 'profile_of_id':
      return profile.id === address.userId;
    case 'profile_of_digits':
      return profile.id === address.digits || profile.name === address.digits;
    default:
      return false;
  }
}

/** What to say when no page shows the target. */
export const notShown = (address: Address): string =>
  address.kind === 'profile_of_digits'
    ? `no page shows an account with the name or the id ${address.digits}; TikTok's pages know the ids of only some accounts: if it is an id, give the account's name, its URL, or a link to it`
    : 'no page of the site shows the requested target';

export const isVideoOf = (address: Address, video: Video): boolean =>
  (address.kind === 'video' || address.kind === 'photo') && video.id === address.videoId;
