/**
 * What each list's page is, what it must prove, and how a reader makes it ask.
 *
 * Selectors are what public sources name; where several are given, the first that is there is used. Those of replies, of
 * followers and of the orders of posts are not confirmed by any capture.
 */
import {
  type Address,
  type Captured,
  type Failure,
  failed,
  isProfileOf,
  isVideoOf,
  type List,
  type Outcome,
  parseHashtagDetail,
  parseProfilePage,
  parseSoundDetail,
  parseVideoPage,
  type TargetKind,
} from '@wherry/tiktok';
import type { ListSource } from './job.ts';

export interface SourceFacts {
  readonly matches: (list: List) => boolean;
  /** What short links must lead to. */
  readonly target: TargetKind | null;
  /** What is wrong with a page, so that none of its lists is worth reading. */
  readonly check: (captured: Captured, address: Address) => Failure | null;
  /** What must be clicked before the page asks for the list. */
  readonly opening: readonly string[] | null;
  /** What stands above the list, and by which path the page asks for it. */
  readonly detail: { readonly path: string; readonly parse: (captured: Captured) => Outcome<object> } | null;
}

export const repliesButtons = ['[data-e2e="view-replies"]', '[data-e2e^="view-more"]'];

export function factsOf(source: ListSource): SourceFacts {
  const plain = { matches: ({ kind }: List) => kind === source.kind, opening: null, detail: null } as const;
  switch (source.kind) {
    case 'posts':
      return {
        ...{ ...plain, target: 'profile', check: checkProfile },
        matches: (list) => list.kind === 'posts' && list.sort === source.sort,
        opening: source.sort === 'latest' ? null : [`[data-e2e="sort-${source.sort}"]`],
      };
    case 'followers':
    case 'following':
      return { ...plain, target: 'profile', check: checkProfile, opening: [`[data-e2e="${source.kind}"]`] };
    case 'comments':
      return { ...plain, target: 'video', check: checkVideo, opening: ['[data-e2e="comment-icon"]'] };
    case 'hashtag_posts':
      return {
        ...{ ...plain, target: 'hashtag', check: () => null },
        detail: { path: '/api/challenge/detail/', parse: parseHashtagDetail },
      };
    case 'sound_posts':
      return {
        ...{ ...plain, target: 'sound', check: () => null },
        detail: { path: '/api/music/detail/', parse: parseSoundDetail },
      };
    case 'search':
      return {
        ...{ ...plain, target: 'search', check: () => null },
        matches: (list) => list.kind === 'search' && list.section === source.section,
      };
    case 'recommended':
    case 'explored':
    case 'sound_ranks':
      return { ...plain, target: null, check: () => null };
  }
}

function checkProfile(captured: Captured, address: Address): Failure | null {
  const outcome = parseProfilePage(captured);
  if (outcome.kind !== 'found') return outcome;
  if (!isProfileOf(address, outcome.value)) return failed('not_found', 'the page is that of another account');
  return outcome.value.privateAccount ? failed('private', 'the account is private') : null;
}

function checkVideo(captured: Captured, address: Address): Failure | null {
  const outcome = parseVideoPage(captured);
  if (outcome.kind !== 'found') return outcome;
  return isVideoOf(address, outcome.value) ? null : failed('not_found', 'the page is that of another video');
}
