import {
  asCount,
  asFlag,
  asId,
  asNumber,
  asText,
  asTimeSecs,
  isAbsent,
  isNoId,
  isUnknownCount,
  isUnknownTime,
} from './scalar.ts';

/** Thrown for a required value that cannot be read. The outcome becomes `changed` [outcome-3]. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  readonly path: string;

  constructor(path: string) {
    super(`cannot read ${path}`);
    this.path = path;
  }
}

type Read<T> = (value: unknown) => T | undefined;

/**
 * A place in JSON of unknown shape. Descending never fails. Methods that start with `require` throw `UnreadableError`. The
 * others return null for an absent value or for one that says "unknown" [scalar-3], and note the path of a value that they
 * cannot read [outcome-3].
 */
export class Place {
  readonly value: unknown;
  readonly path: string;
  readonly #unread: string[];

  constructor(value: unknown, path: string, unread: string[]) {
    this.value = value;
    this.path = path;
    this.#unread = unread;
  }

  at(...keys: readonly string[]): Place {
    let { value, path } = this as { value: unknown; path: string };
    for (const key of keys) {
      value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
      path = path === '' ? key : `${path}.${key}`;
    }
    return new Place(value, path, this.#unread);
  }

  /** The first of these names that is present; the first name if none is. */
  firstOf(...names: readonly string[]): Place {
    return names.map((name) => this.at(name)).find(({ isThere }) => isThere) ?? this.at(names[0]!);
  }

  /** The first of these texts that is not empty. */
  firstText(...names: readonly string[]): string | null {
    return names.map((name) => this.at(name).text()).find((text) => text !== null && text !== '') ?? null;
  }

  get isThere(): boolean {
    return !isAbsent(this.value);
  }

  get isObject(): boolean {
    return isObject(this.value);
  }

  text(): string | null {
    return this.#read(asText);
  }

  id(): string | null {
    return isNoId(this.value) ? null : this.#read(asId);
  }

  count(): number | null {
    return isUnknownCount(this.value) ? null : this.#read(asCount);
  }

  get isUnknownCount(): boolean {
    return isUnknownCount(this.value);
  }

  number(): number | null {
    return this.value === '' ? null : this.#read(asNumber);
  }

  /** A number of something that is never 0, such as a width: 0 says that it is unknown. */
  positive(): number | null {
    const number = this.number();
    return number !== null && number > 0 ? number : null;
  }

  flag(): boolean | null {
    return this.#read(asFlag);
  }

  timeSecs(): number | null {
    return isUnknownTime(this.value) ? null : this.#read(asTimeSecs);
  }

  requireText(): string {
    return this.#require((value) => asText(value) || undefined);
  }

  requireId(): string {
    return this.#require((value) => (isNoId(value) ? undefined : asId(value)));
  }

  requireCount(): number {
    return this.#require(asCount);
  }

  requireFlag(): boolean {
    return this.#require(asFlag);
  }

  /** Null if the site writes that it is unknown [scalar-3]. */
  requireTimeSecs(): number | null {
    return isUnknownTime(this.value) ? null : this.#require(asTimeSecs);
  }

  /** For a value that must be there, even if it may be unknown. */
  present(): Place {
    if (!this.isThere) throw new UnreadableError(this.path);
    return this;
  }

  requireObject(): Place {
    if (!this.isObject) throw new UnreadableError(this.path);
    return this;
  }

  /** The entries of a list, or of an object by its keys. */
  entries(): Place[] {
    if (!this.isThere) return [];
    const keyed = Array.isArray(this.value) ? this.value.map((each, index) => [`${index}`, each] as const) : undefined;
    if (keyed === undefined && !isObject(this.value)) return this.#note([]);
    return (keyed ?? Object.entries(this.value as object)).map(
      ([key, each]) => new Place(each, this.path === '' ? key : `${this.path}.${key}`, this.#unread),
    );
  }

  /** The entries of a list; none if it is absent. */
  list(): Place[] {
    if (this.isThere && !Array.isArray(this.value)) return this.#note([]);
    return this.entries();
  }

  requireList(): Place[] {
    if (!Array.isArray(this.value)) throw new UnreadableError(this.path);
    return this.entries();
  }

  /** Like `list`, for a list that belongs to each such object: its path is noted if it is absent. */
  expectList(): Place[] {
    return this.isThere ? this.list() : this.#note([]);
  }

  /** Like `text`, for a text that belongs to each such object: its path is noted if it is absent. */
  expectText(): string | null {
    return this.isThere ? this.text() : this.#note(null);
  }

  /**
   * This object and the objects in it, at most `depth` objects deep, the nearest first. Lists are not searched: they hold
   * other records.
   */
  *objects(depth: number): Generator<Place, void> {
    let level: Place[] = [this];
    for (let reached = 0; reached <= depth; reached++) {
      level = level.filter(({ isObject, value }) => isObject && !Array.isArray(value));
      yield* level;
      level = level.flatMap((each) => each.entries());
    }
  }

  /** Notes that the value cannot be read, for a caller that reads it by itself. */
  unreadable(): null {
    return this.#note(null);
  }

  #read<T>(read: Read<T>): T | null {
    if (!this.isThere) return null;
    return read(this.value) ?? this.#note(null);
  }

  #require<T>(read: Read<T>): T {
    const found = read(this.value);
    if (found === undefined) throw new UnreadableError(this.path);
    return found;
  }

  #note<T>(instead: T): T {
    this.#unread.push(this.path);
    return instead;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
