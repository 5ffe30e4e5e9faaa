import type { Captured } from '../captured.ts';
import type { Place } from '../json/place.ts';
import { changed, failed, type Outcome } from '../outcome.ts';
import { CountTables } from '../records/counts.ts';
import { type Profile, readEmbeddedUser, readProfile, readUserInfo } from '../records/profile.ts';
import { embeddedPageIn } from './embed-page.ts';
import {
  type Detail,
  type DetailForm,
  detailOf,
  failureOfDetail,
  failureOfResponse,
  type Reading,
  read,
  readApiWithCodes,
  readDetailInPage,
  readPage,
} from './response.ts';

/** A page of the site, the response to its script, or its embedded form, whose counts are rounded. */
export type ProfileSource = 'page' | 'detail' | 'embed';

/** A profile, and where it was read. */
export type ShownProfile = Profile & { readonly source: ProfileSource };

const form: DetailForm = {
  names: ['webapp.user-detail'],
  path: ['userInfo'],
  isRecord: (object) =>
    typeof object.at('user', 'uniqueId').value === 'string' &&
    (object.at('stats').isObject || object.at('statsV2').isObject),
};

/** Parses the page `/@name`. */
export const parseProfilePage = (captured: Captured): Outcome<ShownProfile> =>
  readPage(captured, [
    ['__UNIVERSAL_DATA_FOR_REHYDRATION__', ofUniversalData, ['__DEFAULT_SCOPE__', 'webapp.user-detail']],
    ['SIGI_STATE', ofSigiState],
  ]);

/** Parses responses of `user/detail`. */
export const parseUserDetail = (captured: Captured): Outcome<ShownProfile> =>
  readApiWithCodes(captured, (root) => ofDetail(detailOf(root, form), 'detail'));

/** Parses `/embed/@name`, for use when the page of the account comes without its data. Its counts are rounded. */
export const parseEmbeddedProfile = (captured: Captured): Outcome<ShownProfile> =>
  readPage(captured, [['__FRONTITY_CONNECT_STATE__', ofConnectState]]);

function ofConnectState(root: Place): Reading<ShownProfile> {
  const page = embeddedPageIn(root);
  if ('kind' in page) return page;
  const info = page.at('userInfo');
  // The site's code for a missing page.
  if (info.at('code').value === 404) return failed('not_found', 'the account is not available', 404);
  return read({ ...readEmbeddedUser(info), source: 'embed' });
}

function ofUniversalData(root: Place): Reading<ShownProfile> {
  return readDetailInPage(root, form, (detail) => ofDetail(detail, 'page'));
}

function ofDetail(detail: Detail, source: ProfileSource): Reading<ShownProfile> {
  const failure = failureOfDetail(detail);
  const userInfo = detail.record;
  // TikTok's page shows the profile of a private account too.
  if (failure?.kind === 'private' && userInfo.at('user').isObject) {
    return read({ ...readUserInfo(userInfo), privateAccount: true, source });
  }
  return failure ?? read({ ...readUserInfo(userInfo), source });
}

/** The older page has users and their counts in two tables, by name. A profile's page has one user. */
function ofSigiState(root: Place): Reading<ShownProfile> {
  const failure = root.at('UserPage').isObject ? failureOfResponse(root.at('UserPage')) : null;
  const module = root.at('UserModule');
  const user = module.at('users').entries()[0];
  if (user === undefined) return failure ?? changed('UserModule.users');
  const name = user.at('uniqueId').requireText();
  const profile = readProfile(user, new CountTables(module.at('stats', name), module.at('statsV2', name)));
  return read({ ...profile, source: 'page' });
}
