import { type Address, pageUrlOf, parseTarget, type TargetKind } from '@wherry/tiktok';
import type { RequestOptions } from 'crawlee';
import { siteUrl } from '../settings.ts';

/** One input as the user wrote it, and its address, or why it has none. */
export type Target = ReadableTarget | RefusedTarget;

export interface ReadableTarget {
  readonly input: string;
  readonly wanted: TargetKind;
  readonly address: Address;
}

export interface RefusedTarget {
  readonly input: string;
  readonly wanted: TargetKind;
  readonly refusal: string;
}

/** Reads the inputs. Of several inputs with the same meaning only the first is kept. */
export function targetsOf(inputs: readonly string[] = [], wanted: TargetKind): Target[] {
  const byKey = new Map<string, Target>();
  for (const input of inputs) {
    const target = targetOf(`${input}`, wanted);
    if (!byKey.has(keyOf(target))) byKey.set(keyOf(target), target);
  }
  return [...byKey.values()];
}

/** Reads inputs of several kinds: each is of the first kind that it can be read as, or else of the first. */
export function targetsOfKinds(inputs: readonly string[], kinds: readonly [TargetKind, ...TargetKind[]]): Target[] {
  const kindOf = (input: string) => kinds.find((kind) => !('refusal' in targetOf(input, kind))) ?? kinds[0];
  return inputs.flatMap((input) => targetsOf([input], kindOf(input)));
}

/** Searches for words in the shop of a country. The URL of a search has its own. */
export const inRegion = (targets: readonly Target[], region: string | undefined): Target[] =>
  targets.map((target) => {
    const isPlain = 'address' in target && target.address.kind === 'shop_search' && target.address.region === null;
    if (!isPlain || region === undefined) return target;
    return { ...target, address: { ...target.address, region: region.toLowerCase() } as Address };
  });

function targetOf(input: string, wanted: TargetKind): Target {
  const reading = parseTarget(input, wanted, { siteUrl });
  return reading.kind === 'target'
    ? { input, wanted, address: reading.address }
    : { input, wanted, refusal: reading.message };
}

const keyOf = (target: Target): string =>
  `${target.wanted} ${'refusal' in target ? target.input : meaningOf(target.address)}`;

/** A text that is equal for all spellings of an address. Names ignore case; ids and codes do not. */
function meaningOf(address: Address): string {
  switch (address.kind) {
    case 'profile':
    case 'hashtag':
      return `${address.kind} ${address.name.toLowerCase()}`;
    case 'video':
    case 'photo':
      return `post ${address.videoId}`;
    case 'sound':
      return `sound ${address.soundId}`;
    case 'search':
      return `search ${address.section} ${address.keyword.toLowerCase()}`;
    case 'shop':
      return `shop ${address.sellerId}`;
    case 'shop_search':
      return `shop_search ${address.region ?? '-'} ${address.keyword.toLowerCase()}`;
    default:
      return pageUrlOf(address, siteUrl);
  }
}

const urlOf = ({ address }: ReadableTarget): string => pageUrlOf(address, siteUrl);

/**
 * The requests of a crawl. There is one for a refused input too, so that its failure is one commit with its handled mark. No
 * page is opened for it.
 */
export const requestsOf = (targets: readonly Target[]): (RequestOptions & { userData: TargetData })[] =>
  targets.map((target) => ({
    url: 'refusal' in target ? siteUrl : urlOf(target),
    uniqueKey: keyOf(target),
    userData: { target },
    ...('refusal' in target && { skipNavigation: true }),
  }));

export interface TargetData extends Record<string, unknown> {
  readonly target: Target;
}
