/**
 * What goes wrong, and when.
 *
 * [site-fault-1] what an answer suffers follows from the seed, the request, and how often that was made before; so a request that is
 *     made again may succeed, and a history can be had again.
 * [site-fault-2] which lists never end follows from the seed and the list alone, for a list that never ends stays so.
 */
import { below, fractionOf } from '../world/chance.ts';

/**
 * `cut_off` is an answer that says of its half that it is the whole; `broken_off` is a connection that ends in the middle.
 * Those from `slow` on still give an answer.
 */
export const faultKinds = [
  'waf',
  'captcha',
  'empty',
  'forbidden',
  'throttled',
  'failing',
  'cut_off',
  'broken_off',
  'changed_types',
  'slow',
  'repeated_page',
  'endless_cursor',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** What a request is for: a page, something single that a page's script asks for, or a page of a list. */
export type ResponseForm = 'page' | 'detail' | 'list';

const troubles = [
  ...(['captcha', 'empty', 'forbidden', 'throttled', 'failing', 'cut_off', 'broken_off', 'changed_types'] as const),
  'slow',
] as const;

const faultsOf: Record<ResponseForm, readonly FaultKind[]> = {
  page: ['waf', ...troubles],
  detail: troubles,
  list: [...troubles, 'repeated_page'],
};

export interface FaultOptions {
  readonly seed: number;
  /** The part of answers that suffer something, from 0 to 1. */
  readonly rate: number;
  readonly kinds: readonly FaultKind[];
}

/** [site-fault-1]. Null when nothing goes wrong. */
export function faultOf(options: FaultOptions, form: ResponseForm, request: string, attempt: number): FaultKind | null {
  const { seed, rate, kinds } = options;
  const possible = faultsOf[form].filter((kind) => kinds.includes(kind));
  if (possible.length === 0 || fractionOf(seed, 'fault', request, attempt) >= rate) return null;
  return possible[below(possible.length, seed, 'which fault', request, attempt)]!;
}

/** [site-fault-2] */
export const isEndless = ({ seed, rate, kinds }: FaultOptions, list: string): boolean =>
  kinds.includes('endless_cursor') && fractionOf(seed, 'endless', list) < rate;
