import type { Json, JsonObject } from './commit.ts';
import { NotJsonError } from './errors.ts';

export interface Copied<Value> {
  readonly value: Value;
  /** The approximate size of its JSON text in characters; never less than half of it. */
  readonly size: number;
}

/** Counted for a number, a comma and so on. The size need not be exact, see `Copied`. */
const leafSize = 8;

/**
 * Makes a deep copy of a JSON value. The copy shares nothing with the original.
 * @param where names the value in errors, e.g. `state.pages[3]`
 * @throws NotJsonError for a value that JSON would change or lose: undefined, NaN, a Date, a function, an instance of a
 *   class, a cycle, a hole in a list
 */
export function copyJson(value: unknown, where: string): Copied<Json> {
  const copier = new Copier(where);
  return { value: copier.copy(value) as Json, size: copier.size };
}

/** Like `copyJson`, for a value that must be a plain object. */
export function copyJsonObject(value: unknown, where: string): Copied<JsonObject> {
  if (!isPlainObject(value)) throw new NotJsonError(`${where} must be a plain object. Nothing was changed.`);
  return copyJson(value, where) as Copied<JsonObject>;
}

/** Sets an own property, even if its key is `__proto__`. */
export function setOwn(target: object, key: string | number, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    (target as Record<string | number, unknown>)[key] = value;
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // An object of another realm (`vm`, test runners) has that realm's `Object.prototype`, which also ends the chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export const pathText = (where: string, path: readonly (string | number)[]): string =>
  where + path.map((key) => (/^[A-Za-z_]\w*$/.test(`${key}`) ? `.${key}` : `[${JSON.stringify(key)}]`)).join('');

/** Engines and parsers recurse into nested values. None reaches its limit at this depth. */
const maxDepth = 500;

/** Returns what replaces an object that is not plain in the copy; undefined if such an object is not allowed. */
export type SpecialCopy = (value: object) => Copied<unknown> | undefined;

export class Copier {
  size = 0;
  readonly #where: string;
  readonly #special: SpecialCopy;
  readonly #depth: number;
  readonly #path: (string | number)[] = [];
  readonly #ancestors = new Set<object>();

  /** @param depth the depth of the place where the copy will be put */
  constructor(where: string, special: SpecialCopy = () => undefined, depth = 0) {
    this.#where = where;
    this.#special = special;
    this.#depth = depth;
  }

  copy(value: unknown): unknown {
    this.size += leafSize;
    switch (typeof value) {
      case 'string':
        this.size += value.length;
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw this.#notJson(`${value}`);
        return value === 0 ? 0 : value; // JSON has no -0.
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.#copyObject(value);
      default:
        throw this.#notJson(typeof value);
    }
  }

  #copyObject(value: object): unknown {
    if (this.#ancestors.has(value)) throw this.#notJson('part of a cycle');
    if (this.#depth + this.#path.length > maxDepth) throw this.#tooDeep();
    this.#ancestors.add(value);
    const copied = Array.isArray(value) ? this.#copyList(value) : this.#copyFields(value);
    this.#ancestors.delete(value);
    return copied;
  }

  #copyList(list: readonly unknown[]): unknown[] {
    const copied: unknown[] = [];
    for (let index = 0; index < list.length; index += 1) copied.push(this.#copyAt(index, list[index]));
    return copied;
  }

  #copyFields(value: object): unknown {
    if (!isPlainObject(value)) {
      const special = this.#special(value);
      if (special === undefined) throw this.#notJson(`of the class ${value.constructor?.name ?? 'without a name'}`);
      this.size += special.size;
      return special.value;
    }
    const copied: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      this.size += key.length;
      setOwn(copied, key, this.#copyAt(key, value[key]));
    }
    return copied;
  }

  #copyAt(key: string | number, value: unknown): unknown {
    this.#path.push(key);
    const copied = this.copy(value);
    this.#path.pop();
    return copied;
  }

  #tooDeep(): NotJsonError {
    const place = pathText(this.#where, this.#path.slice(0, 5));
    return new NotJsonError(`${place} is nested more than ${maxDepth} levels deep. Nothing was changed.`);
  }

  #notJson(what: string): NotJsonError {
    const place = pathText(this.#where, this.#path);
    return new NotJsonError(`${place} is ${what}, which JSON cannot hold. Nothing was changed.`);
  }
}
