/**
 * Fields that the inputs of other TikTok Actors have, read as fields of this one.
 *
 * Each Actor declares them in `.actor/input_aliases.json`: Apify's check of an input schema refuses keywords that it does not
 * know. The schema has such a field with the editor `hidden`, so that a console shows one field.
 *
 * [input-1] What the input says is done, or the run fails before its first request and says why. No field with a meaning is
 *     ignored.
 * [input-2] Lists are added up. Two fields that mean the same must say the same.
 */

export type Alias =
  /** Adds its value, or each of its values, to a list. */
  | { readonly adds: string }
  /** Stands for a field, with the same values. For those in `unset` the field is not given. */
  | { readonly for: string; readonly unset?: readonly Json[] }
  /** Stands for a field, with other values. */
  | { readonly for: string; readonly values: Meanings }
  /** The same, with values that depend on another field: by its value, or by `*` for those that are not named. */
  | { readonly for: string; readonly by: string; readonly values: Readonly<Record<string, Meanings>> }
  /** If it is true, the field, a limit, does not count. */
  | { readonly lifts: string };

/**
 * A field's values by the texts of an alias's: 0 and "0" are the same text, and so are "week" and "WEEK". A null means that the
 * field is not given.
 */
type Meanings = Readonly<Record<string, Json>>;

/** A field that cannot be honoured, with the values for which there is nothing to do. */
export interface Refused {
  readonly reason: string;
  readonly unless: readonly Json[];
}

export interface InputAliases {
  readonly aliases?: Readonly<Record<string, Alias>>;
  readonly refused?: Readonly<Record<string, Refused>>;
  /** Of these fields at least one must name something to read. */
  readonly needed?: readonly string[];
}

type Json = string | number | boolean | null | readonly Json[];
type Fields = Readonly<Record<string, unknown>>;

/** The input cannot be done as it says. The message names the field, and what to give instead. */
export class InputRefusal extends Error {
  override readonly name = 'InputRefusal';
}

/** The field that an alias is for. */
export const fieldOf = (alias: Alias): string =>
  'adds' in alias ? alias.adds : 'lifts' in alias ? alias.lifts : alias.for;

/**
 * The input in this Actor's own fields.
 * @throws InputRefusal if two fields contradict each other, or a field cannot be honoured [input-1]
 */
export function inOwnFields<Input extends object>(input: Input, declared: InputAliases): Input {
  const { aliases = {}, refused = {}, needed = [] } = declared;
  // An own field that is empty may mean something, but not beside another name of it.
  const isEmptyOwn = ([name, value]: [string, unknown]) =>
    (value === '' || Array.isArray(value)) && isNothing(value) && !Object.hasOwn(aliases, name);
  const empty = Object.entries(input).filter(isEmptyOwn);
  const own = new OwnFields();
  const given = Object.entries(input).filter(([, value]) => !isNothing(value));
  for (const [name, value] of given) {
    if (Object.hasOwn(refused, name)) checkRefused(name, value, refused[name]!);
    else if (!Object.hasOwn(aliases, name)) own.put(name, { by: name, value });
  }
  for (const [name, value] of given) {
    if (Object.hasOwn(aliases, name)) own.putAlias({ by: name, value }, aliases[name]!, input as Fields);
  }
  if (needed.length > 0 && !needed.some((name) => own.has(name)))
    throw new InputRefusal(`The input names nothing to read. Give ${namesOf(needed, aliases)}.`);
  return { ...Object.fromEntries(empty), ...own.input() } as Input;
}

/** A value, and the field that it was given by. */
interface Said {
  readonly by: string;
  readonly value: unknown;
}

class OwnFields {
  readonly #said = new Map<string, Said>();
  readonly #lifted = new Set<string>();

  has = (name: string): boolean => this.#said.has(name);

  /** Two fields that say the same are one [input-2]. */
  put(name: string, { by, value }: Said): void {
    const before = this.#said.get(name);
    if (before !== undefined && JSON.stringify(before.value) !== JSON.stringify(value)) {
      throw new InputRefusal(
        `${before.by} and ${by} contradict each other: ${JSON.stringify(before.value)} and ${JSON.stringify(value)}. Give one of them.`,
      );
    }
    this.#said.set(name, before ?? { by, value });
  }

  putAlias({ by, value }: Said, alias: Alias, input: Fields): void {
    if ('lifts' in alias) {
      if (value === true) this.#lifted.add(alias.lifts);
    } else if ('adds' in alias) {
      const before = (this.#said.get(alias.adds)?.value ?? []) as readonly unknown[];
      const entries = Array.isArray(value) ? value : [value];
      this.#said.set(alias.adds, { by, value: [...before, ...entries.map((entry) => entryOf(by, entry))] });
    } else {
      const meant = meantBy(by, value, alias, input);
      if (meant !== null) this.put(alias.for, { by, value: meant });
    }
  }

  input(): Fields {
    const limits = [...this.#lifted].map((name) => [name, noLimit] as const);
    return Object.fromEntries([...[...this.#said].map(([name, { value }]) => [name, value] as const), ...limits]);
  }
}

/** A limit that no list reaches. */
const noLimit = Number.MAX_SAFE_INTEGER;

/** Consoles send empty fields too. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value.trim() : JSON.stringify(value)).toUpperCase();

const isOneOf = (value: unknown, values: readonly Json[]): boolean =>
  values.some((each) => textOf(each) === textOf(value));

function checkRefused(name: string, value: unknown, { reason, unless }: Refused): void {
  if (isOneOf(value, unless)) return;
  throw new InputRefusal(`${name}: ${JSON.stringify(value)} cannot be honoured. ${reason}`);
}

/** What a value means for the field; null if the field is not given. */
function meantBy(
  name: string,
  value: unknown,
  alias: Extract<Alias, { readonly for: string }>,
  input: Fields,
): unknown {
  if (!('values' in alias)) return isOneOf(value, alias.unset ?? []) ? null : value;
  if (!('by' in alias)) return meaningOf(name, value, alias.values);
  const meanings = alias.values[`${input[alias.by]}`] ?? alias.values['*'];
  return meaningOf(name, value, meanings ?? {});
}

function meaningOf(name: string, value: unknown, meanings: Meanings): Json {
  const [, meaning] = Object.entries(meanings).find(([text]) => textOf(text) === textOf(value)) ?? [];
  if (meaning !== undefined) return meaning;
  throw new InputRefusal(
    `${name}: ${JSON.stringify(value)} is unknown. Give one of ${Object.keys(meanings).join(', ')}.`,
  );
}

/** An entry of a list: a text, an object with a `url` as in other Actors, or a number that JSON holds exactly. */
function entryOf(name: string, entry: unknown): unknown {
  if (typeof entry === 'object' && entry !== null && typeof (entry as { url?: unknown }).url === 'string')
    return (entry as { url: string }).url;
  if (typeof entry === 'string') return entry;
  if (Number.isSafeInteger(entry)) return `${entry as number}`;
  const advice = typeof entry === 'number' ? 'Numbers of this size lose digits: write it in quotes.' : 'Give texts.';
  throw new InputRefusal(`${name} has an entry that cannot be read, ${JSON.stringify(entry)}. ${advice}`);
}

/** `profiles (or usernames, urls)` */
function namesOf(needed: readonly string[], aliases: Readonly<Record<string, Alias>>): string {
  const named = needed.map((name) => {
    const others = Object.keys(aliases).filter((other) => fieldOf(aliases[other]!) === name);
    return others.length === 0 ? name : `${name} (also named ${others.join(', ')})`;
  });
  return named.length === 1 ? named[0]! : `at least one of ${named.join('; ')}`;
}
