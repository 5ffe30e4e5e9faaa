import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, type Outcome } from '../outcome.ts';
import { CountTables } from '../records/counts.ts';
import { type Profile, readProfile, readUserInfo } from '../records/profile.ts';
import { failureOfResponse, type Reading, read, readApiWithCodes, readPage } from './response.ts';

const detailKeys = ['__DEFAULT_SCOPE__', 'webapp.user-detail'];

/** Parses the page `/@name`. */
export const parseProfilePage = (captured: Captured): Outcome<Profile> =>
  readPage(captured, [
    ['__UNIVERSAL_DATA_FOR_REHYDRATION__', (root) => ofDetail(root.at(...detailKeys)), detailKeys],
    ['SIGI_STATE', ofSigiState],
  ]);

/** Parses responses of `user/detail`. */
export const parseUserDetail = (captured: Captured): Outcome<Profile> => readApiWithCodes(captured, ofDetail);

function ofDetail(detail: Place): Reading<Profile> {
  const failure = failureOfResponse(detail.requireObject());
  const userInfo = detail.at('userInfo');
  // TikTok's page shows the profile of a private account too.
  if (failure?.kind === 'private' && userInfo.at('user').isObject) {
    return read({ ...readUserInfo(userInfo), privateAccount: true });
  }
  return failure ?? read(readUserInfo(userInfo));
}

/** The older page has users and their counts in two tables, by name. A profile's page has one user. */
function ofSigiState(root: Place): Reading<Profile> {
  const failure = root.at('UserPage').isObject ? failureOfResponse(root.at('UserPage')) : null;
  const module = root.at('UserModule');
  const user = module.at('users').entries()[0];
  if (user === undefined) return failure ?? changed('UserModule.users');
  const name = user.at('uniqueId').requireText();
  return read(readProfile(user, new CountTables(module.at('stats', name), module.at('statsV2', name))));
}
