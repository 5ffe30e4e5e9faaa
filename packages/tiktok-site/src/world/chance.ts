/** Random numbers without state: the same seed and labels give the same number, in any order and in any process. */
export type Label = number | string;

/** An integer from 0 to 2^32 - 1. */
export function hashOf(seed: number, ...labels: readonly Label[]): number {
  let hash = finish(seed ^ 0x9e3779b9);
  for (const label of labels) hash = typeof label === 'number' ? mixNumber(hash, label) : mixText(hash, label);
  return hash;
}

/** A number from 0 to 1, without 1. */
export const fractionOf = (seed: number, ...labels: readonly Label[]): number => hashOf(seed, ...labels) / 2 ** 32;

/** An integer from 0 to `end`, without `end`. */
export const below = (end: number, seed: number, ...labels: readonly Label[]): number =>
  Math.floor(fractionOf(seed, ...labels) * end);

export const pickOf = <T>(choices: readonly T[], seed: number, ...labels: readonly Label[]): T =>
  choices[below(choices.length, seed, ...labels)]!;

/** A count as on the web: each power of ten is equally likely. */
export const countBelow = (end: number, seed: number, ...labels: readonly Label[]): number =>
  Math.floor(end ** fractionOf(seed, ...labels)) - 1;

function mixNumber(hash: number, label: number): number {
  const low = finish(hash ^ (label >>> 0));
  return finish(low ^ Math.floor(label / 2 ** 32) ^ 0x85ebca6b);
}

function mixText(hash: number, label: string): number {
  let mixed = hash;
  for (let index = 0; index < label.length; index++) mixed = Math.imul(mixed ^ label.charCodeAt(index), 0x01000193);
  return finish(mixed ^ label.length);
}

/** The final mix of Murmur3: each bit of the input changes half of the bits of the output. */
function finish(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
