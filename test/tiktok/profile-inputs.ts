/** Accounts of the stand-in site as users write them, in every form, and what must come of each. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { StoredItem } from './actor-runs.ts';
import type { Expected } from './comparison.ts';

export interface ProfileInput {
  readonly text: string;
  readonly number: number;
  /** Whether the site knows no account by this form. */
  readonly fails: boolean;
}

type Form = (site: TikTokSite, number: number) => ProfileInput;

const byName =
  (write: (name: string) => string): Form =>
  ({ truth }, number) => {
    const { formerName, state } = truth.user(number);
    return { text: write(formerName), number, fails: state === 'removed' || state === 'renamed' };
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
  }),
  // The site knows the ids of every second account.
  (site, number) => ({ text: site.truth.user(number).id, number, fails: isRemoved(site, number) || number % 2 === 1 }),
  (site, number) => ({
    text: `${site.url}${site.truth.profileLink(number)}`,
    number,
    fails: isRemoved(site, number),
  }),
  byName((name) => `Look at this: "https://www.tiktok.com/@${name}/live".`),
  byName((name) => `[Cups](https://www.tiktok.com/login?redirect_url=%2F%40${name}&lang=en)`),
  ({ truth }, number) => ({
    text: `https://m.tiktok.com/h5/share/usr/1.html?sec_uid=${truth.user(number).secUid}`,
    number,
    fails: truth.user(number).state === 'removed',
  }),
  ({ truth }, number) => ({
    text: `https://vt.tiktok.com/${truth.profileCode(number, 'vt.tiktok.com')}/`,
    number,
    fails: truth.user(number).state === 'removed',
  }),
];

/** The first accounts of the site, each in another form than the one before. */
export const profileInputs = (site: TikTokSite, count: number): ProfileInput[] =>
  Array.from({ length: count }, (_, number) => forms[number % forms.length]!(site, number));

export function expectedProfiles(site: TikTokSite, inputs: readonly ProfileInput[]): Expected {
  const found = inputs.filter(({ fails }) => !fails);
  return {
    items: found.map(
      ({ text, number }): StoredItem => ({ type: 'profile', input: text, authorMeta: site.truth.profile(number) }),
    ),
    failed: inputs.filter(({ fails }) => fails).map(({ text }) => ({ input: text, errorCode: 'not_found' })),
  };
}
