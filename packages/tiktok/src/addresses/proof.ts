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
    default:
      return false;
  }
}

export const isVideoOf = (address: Address, video: Video): boolean =>
  (address.kind === 'video' || address.kind === 'photo') && video.id === address.videoId;
