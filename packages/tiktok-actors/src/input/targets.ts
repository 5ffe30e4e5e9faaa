import { type Address, pageUrlOf, parseTargets, type TargetKind } from '@wherry/tiktok';
import { log } from 'crawlee';
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

/** Reads the inputs. Of several inputs with the same meaning only the first is kept. */
export function targetsOf(inputs: readonly string[] = [], wanted: TargetKind): Target[] {
  const targets = inputs.flatMap((input) => {
    const reading = readingOf(`${input}`, wanted);
    if (reading.unread.length > 0) {
      const unread = reading.unread.join(' ').slice(0, 200);
      log.warning(`Of ${JSON.stringify(input.slice(0, 200))} these parts are read as text around: ${unread}`);
    }
    return reading.targets;
  });
  const byKey = new Map<string, Target>();
  for (const target of withRegions(targets)) {
    if (!byKey.has(keyOf(target))) byKey.set(keyOf(target), target);
  }
  return [...byKey.values()];
}

/**
 * Inputs of several kinds, each by the first kind that it can be read as. A short link, which says nothing, and what cannot be
 * read, are of the first kind. An input with targets of different kinds is divided.
 */
export function targetsByKind<Kind extends TargetKind>(
  inputs: readonly string[] = [],
  kinds: readonly [Kind, ...Kind[]],
): Readonly<Record<Kind, readonly string[]>> {
  const byKind = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<Kind, string[]>;
  const kindOf = (input: string) => kinds.find((kind) => readingOf(input, kind).targets.every(isReadable));
  for (const input of inputs) {
    const kind = kindOf(input);
    const parts = kind === undefined ? readingOf(input, kinds[0]).targets.map((target) => target.input) : [];
    if (parts.length > 1) for (const part of parts) byKind[kindOf(part) ?? kinds[0]].push(part);
    else byKind[kind ?? kinds[0]].push(input);
  }
  return byKind;
}

const isReadable = (target: Target): boolean => 'address' in target;

/** The targets of an input. An input with a single one is the text of its target as a whole. */
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

/** Searches for words in the shop of a country. The URL of a search has its own. */
export const inRegion = (targets: readonly Target[], region: string | undefined): Target[] =>
  targets.map((target) => {
    const isPlain = 'address' in target && target.address.kind === 'shop_search' && target.address.region === null;
    if (!isPlain || region === undefined) return target;
    return { ...target, address: { ...target.address, region: region.toLowerCase() } as Address };
  });

/** Equal for inputs with the same meaning. */
export const keyOf = (target: Target): string =>
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

/** The URL of a target's page. No page is opened for a refused input. */
export const urlOf = (target: Target): string => ('refusal' in target ? siteUrl : pageUrlOf(target.address, siteUrl));
