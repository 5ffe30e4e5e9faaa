import { type Address, cleaned, pageUrlOf, parseTargets, type TargetKind } from '@wherry/tiktok';
import { log, type RequestOptions } from 'crawlee';
import { siteUrl } from '../settings.ts';

/**
 * One input as the user wrote it, and its address, or why it has none. Of an input that names several targets it is the part that
 * names this one.
 */
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

/** An input is a text, or an object with a URL as in Apify's `startUrls`. */
export type TargetInput = string | { readonly url: string };

/** Reads the inputs. Of several inputs with the same meaning only the first is kept. */
export const targetsOf = (inputs: readonly TargetInput[] = [], wanted: TargetKind): Target[] =>
  targetsOfKinds(inputs, [wanted]);

/**
 * Reads inputs of several kinds: each is of the first kind that it can be read as. With several kinds, words to search for are
 * none of them.
 */
export function targetsOfKinds(
  inputs: readonly TargetInput[],
  kinds: readonly [TargetKind, ...TargetKind[]],
): Target[] {
  const isReadable = (target: Target) => 'address' in target && (kinds.length === 1 || !isWords(target));
  const targets = inputs.flatMap((input) => {
    const readings = kinds.map((wanted) => readingOf(textOf(input), wanted));
    const reading = readings.find((each) => each.targets.every(isReadable)) ?? readings[0]!;
    if (reading.unread.length > 0) {
      log.warning(
        `Of ${JSON.stringify(input).slice(0, 200)} these parts are read as text around: ${reading.unread.join(' ')}`,
      );
    }
    return reading.targets;
  });
  const byKey = new Map<string, Target>();
  for (const target of withRegions(targets)) {
    if (!byKey.has(keyOf(target))) byKey.set(keyOf(target), target);
  }
  return [...byKey.values()];
}

const isWords = ({ address, input }: ReadableTarget): boolean =>
  (address.kind === 'search' || address.kind === 'shop_search') && address.keyword === cleaned(input);

const textOf = (input: TargetInput): string =>
  typeof input === 'object' && input !== null ? `${input.url}` : `${input}`;

function readingOf(
  input: string,
  wanted: TargetKind,
): { readonly targets: Target[]; readonly unread: readonly string[] } {
  const { targets, unread } = parseTargets(input, wanted, { siteUrl });
  const written = targets.map(({ text, reading }) => ({
    input: targets.length === 1 ? input : text,
    wanted,
    ...(reading.kind === 'target' ? { address: reading.address } : { refusal: reading.message }),
  }));
  return { targets: written, unread };
}

/** A product without a region is the one that another input names with its region. */
function withRegions(targets: readonly Target[]): Target[] {
  const regional = new Map<string, Address>();
  for (const target of targets) {
    if ('refusal' in target || target.address.kind !== 'product' || target.address.region === null) continue;
    if (!regional.has(target.address.productId)) regional.set(target.address.productId, target.address);
  }
  return targets.map((target) => {
    if ('refusal' in target || target.address.kind !== 'product' || target.address.region !== null) return target;
    return { ...target, address: regional.get(target.address.productId) ?? target.address };
  });
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
      return `search ${address.section} ${wordsOf(address.keyword)}`;
    case 'shop':
      return `shop ${address.sellerId}`;
    case 'shop_search':
      return `shop_search ${address.region} ${wordsOf(address.keyword)}`;
    case 'shop_category':
      return `shop_category ${address.region} ${address.categoryId}`;
    default:
      return pageUrlOf(address, siteUrl);
  }
}

const wordsOf = (keyword: string): string => keyword.toLowerCase().replace(/\s+/g, ' ');

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
