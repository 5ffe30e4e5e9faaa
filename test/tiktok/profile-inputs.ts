/** Accounts of the stand-in site as users write them, in every form, and what must come of each. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { StoredItem } from './actor-runs.ts';
import type { Expected } from './comparison.ts';

export interface ProfileInput {
  readonly text: string;
  readonly number: number;
  /** Whether the site knows no account by this form. */
  readonly fails: boolean;
  /** The page that the form leads to: that of the name, or one of an id. */
  readonly by: 'name' | 'secUid';
}

type Form = (site: TikTokSite, number: number) => ProfileInput;

const byName =
  (write: (name: string) => string): Form =>
  ({ truth }, number) => {
    const { formerName, state } = truth.user(number);
    return { text: write(formerName), number, fails: state === 'removed' || state === 'renamed', by: 'name' };
  };

const isRemoved = ({ truth }: TikTokSite, number: number): boolean => truth.user(number).state === 'removed';

const forms: readonly Form[] = [
  byName((name) => name),
  byName((name) => `@${name}`),
  byName((name) => `https://www.tiktok.com/@${name}`),
  byName((name) => `m.tiktok.com/@${name}?lang=en`),
  (site, number) => ({
    text: `${site.url}/@${site.truth.user(number).secUid}`,
    number,
    fails: isRemoved(site, number),
    by: 'secUid',
  }),
  // The site knows the ids of every second account.
  (site, number) => ({
    text: site.truth.user(number).id,
    number,
    fails: isRemoved(site, number) || number % 2 === 1,
    by: 'secUid',
  }),
  (site, number) => ({
    text: `${site.url}${site.truth.profileLink(number)}`,
    number,
    fails: isRemoved(site, number),
    by: 'name',
  }),
  byName((name) => `Look at this: "https://www.tiktok.com/@${name}/live".`),
  byName((name) => `[Cups](https://www.tiktok.com/login?redirect_url=%2F%40${name}&lang=en)`),
  ({ truth }, number) => ({
    text: `https://m.tiktok.com/h5/share/usr/1.html?sec_uid=${truth.user(number).secUid}`,
    number,
    fails: truth.user(number).state === 'removed',
    by: 'secUid',
  }),
  ({ truth }, number) => ({
    text: `https://vt.tiktok.com/${truth.profileCode(number, 'vt.tiktok.com')}/`,
    number,
    fails: truth.user(number).state === 'removed',
    by: 'name',
  }),
];

/** The first accounts of the site, each in another form than the one before. */
export const profileInputs = (site: TikTokSite, count: number): ProfileInput[] =>
  Array.from({ length: count }, (_, number) => forms[number % forms.length]!(site, number));

export function expectedProfiles(site: TikTokSite, inputs: readonly ProfileInput[]): Expected {
  const found = inputs.filter(({ fails }) => !fails);
  return {
    items: found.map(({ text, number, by }) => profileItemOf(site.truth.profile(number, by), text)),
    failed: inputs.filter(({ fails }) => fails).map(({ text }) => ({ input: text, errorCode: 'not_found' })),
  };
}

/** The item of a profile, which says where it was read. */
export function profileItemOf(
  { source, ...authorMeta }: ReturnType<TikTokSite['truth']['profile']>,
  input: string,
): StoredItem {
  return { type: 'profile', input, source, authorMeta };
}
