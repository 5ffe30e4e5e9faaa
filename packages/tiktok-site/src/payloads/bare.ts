/**
 * JSON with numbers that JavaScript cannot hold. `bare` marks an id that is written without quotes by `jsonOf`.
 */
const mark = '\u0001bare:';

export const bare = (id: string): string => `${mark}${id}`;

export const jsonOf = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"\\u0001bare:(\d+)"/g, (_all, digits: string) => digits);

/** In a page the JSON must not contain the end tag of its script. */
export const scriptJsonOf = (value: unknown): string =>
  jsonOf(value).replaceAll('<', '\\u003C').replaceAll('/', '\\u002F');
