/**
 * Which faults are injected, and when.
 *
 * [site-fault-1] The fault of a response depends only on the seed, the request, and how often it was made before. So a
 *     request that is repeated may succeed, and a history of faults can be reproduced.
 * [site-fault-2] Whether a list never ends depends only on the seed and the list, so it stays the same for each request.
 */
import { below, fractionOf } from '../world/chance.ts';

/**
 * `cut_off`: a complete response with half of the body. `broken_off`: a connection that ends in the middle of the body. The
 * kinds from `slow` on still give a response.
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

/** What a request asks for: a page, a single object for a page's script, or a page of a list. */
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
  /** The fraction of responses with a fault, from 0 to 1. */
  readonly rate: number;
  readonly kinds: readonly FaultKind[];
}

/** The fault of a response; null if there is none [site-fault-1]. */
export function faultOf(options: FaultOptions, form: ResponseForm, request: string, attempt: number): FaultKind | null {
  const { seed, rate, kinds } = options;
  const possible = faultsOf[form].filter((kind) => kinds.includes(kind));
  if (possible.length === 0 || fractionOf(seed, 'fault', request, attempt) >= rate) return null;
  return possible[below(possible.length, seed, 'which fault', request, attempt)]!;
}

/** Whether a list never ends [site-fault-2]. */
export const isEndless = ({ seed, rate, kinds }: FaultOptions, list: string): boolean =>
  kinds.includes('endless_cursor') && fractionOf(seed, 'endless', list) < rate;
