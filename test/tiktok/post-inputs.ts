/** Posts of the stand-in site as users write them, in every form, and what must come of each. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { Expected } from './comparison.ts';

interface PostInput {
  readonly text: string;
  readonly id: string;
  /** Null when the post itself is found. */
  readonly errorCode: string | null;
}

const errorCodes = {
  public: null,
  removed: 'removed',
  private: 'private',
  geo_blocked: 'geo_blocked',
  classified: 'login_required',
} as const;

const forms: readonly ((site: TikTokSite, name: string, id: string) => string)[] = [
  (_site, name, id) => `https://www.tiktok.com/@${name}/video/${id}`,
  (_site, _name, id) => id,
  ({ url, truth }, _name, id) => `${url}${truth.videoLink(id)}`,
  (_site, name, id) => `https://www.tiktok.com/@${name}/photo/${id}?lang=en`,
  (_site, _name, id) => `https://m.tiktok.com/v/${id}.html`,
  (_site, _name, id) => `https://t.tiktok.com/i18n/share/video/${id}/?_d=0`,
  (_site, name, id) => `@${name}/video/${id}`,
  ({ truth }, _name, id) => `A cup > https://vt.tiktok.com/${truth.videoCode(id, 'vt.tiktok.com')}/ (on TikTok)`,
  (_site, _name, id) => `<https://www.tiktok.com/foryou?item_id=${id}>`,
];

/** All posts of the first accounts that show any, those that no list shows too, and one that never was. */
export function postInputs(site: TikTokSite, accounts: number): PostInput[] {
  const { truth } = site;
  const posts = Array.from({ length: accounts }, (_, number) => {
    const { name, state } = truth.user(number);
    if (state === 'private' || state === 'removed') return [];
    const shown = truth.videosOf(number).map(({ id }) => ({ id, errorCode: null }));
    const hidden = truth.hiddenVideosOf(number).map(({ id, state }) => ({ id, errorCode: errorCodes[state] }));
    return [...shown, ...hidden].map((post) => ({ ...post, name }));
  });
  const inputs = posts.flat().map(({ id, name, errorCode }, index) => {
    return { text: forms[index % forms.length]!(site, name, id), id, errorCode };
  });
  return [...inputs, { text: '7299999999999999999', id: '7299999999999999999', errorCode: 'removed' }];
}

export function expectedPosts({ truth }: TikTokSite, inputs: readonly PostInput[]): Expected {
  const found = inputs.filter(({ errorCode }) => errorCode === null);
  return {
    items: found.map(({ text, id }) => ({ type: 'video', input: text, ...truth.video(id), fromProfileSection: null })),
    failed: inputs.flatMap(({ text, errorCode }) => (errorCode === null ? [] : [{ input: text, errorCode }])),
  };
}
