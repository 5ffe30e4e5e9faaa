import { changed, type Failure, failed, type PlainFailure } from './outcome.ts';

/** The meanings of the codes in responses, as TikTok's own page treats them. */
const meanings: readonly {
  readonly codes: readonly number[];
  readonly kind: PlainFailure['kind'];
  readonly message: string;
}[] = [
  { codes: [10202, 10221, 10223, 10102, 100002], kind: 'not_found', message: 'the account is not available' },
  { codes: [10222], kind: 'private', message: 'the account is private' },
  {
    codes: [10204, 10215, 10217, 10240, 10241, 10242],
    kind: 'removed',
    message: 'the video is not available; TikTok also sends this code to addresses and regions that it blocks',
  },
  { codes: [10216, 2040001], kind: 'private', message: 'the video is private' },
  { codes: [10231], kind: 'geo_blocked', message: 'the video is not shown in this region' },
  { codes: [203005], kind: 'private', message: 'the video is for subscribers only' },
  { codes: [10205, 10209, 10211, 10212], kind: 'not_found', message: 'the hashtag is not available' },
  { codes: [10203, 10218], kind: 'not_found', message: 'the sound is not available' },
  { codes: [10219], kind: 'removed', message: 'the sound was taken down for its copyright' },
  { codes: [205001, 205002, 205003], kind: 'not_found', message: 'the place is not available' },
  { codes: [2483, 10101, 209002], kind: 'login_required', message: 'TikTok shows this only after a login' },
  { codes: [10000], kind: 'captcha', message: 'TikTok asks for a captcha' },
  { codes: [3002060], kind: 'private', message: 'the list is hidden by its owner' },
  { codes: [40101, 100000], kind: 'blocked', message: 'TikTok accepts this request only from its own page' },
  { codes: [23002102], kind: 'geo_blocked', message: 'the product is not sold in this region' },
];

const failureByCode = new Map(
  meanings.flatMap(({ codes, kind, message }) => codes.map((code) => [code, failed(kind, message, code)] as const)),
);

/** Codes of success. TikTok's page treats the last two as success. */
const successCodes: ReadonlySet<number> = new Set([0, 10229, 10230]);

/** Codes for a request in a form that the site no longer accepts. */
const invalidRequestCodes: ReadonlySet<number> = new Set([10201]);

/** @returns null if the code means success */
export function failureOfCode(code: number, path: string): Failure | null {
  if (successCodes.has(code)) return null;
  const known = failureByCode.get(code);
  if (known !== undefined) return known;
  const message = invalidRequestCodes.has(code)
    ? 'the site refuses the form of the request'
    : `code ${code} is unknown`;
  return changed(path, code, message);
}
