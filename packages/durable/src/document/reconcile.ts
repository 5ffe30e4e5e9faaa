import { isDeepStrictEqual } from 'node:util';
import { isPlainObject, setOwn } from '../json.ts';

type Fields = Record<string | number, unknown>;

/**
 * Changes `live` in place so that it equals `wanted`. References to parts of it stay valid.
 * @param removed is called with each object and list that is no longer a part of it, but not with the values in them
 */
export function reconcile(live: object, wanted: object, removed: (part: object) => void): void {
  if (Array.isArray(live)) reconcileList(live, wanted as unknown[], removed);
  else reconcileFields(live as Fields, wanted as Fields, removed);
}

function reconcileList(live: unknown[], wanted: readonly unknown[], removed: (part: object) => void): void {
  const drop = (parts: readonly unknown[]) => {
    for (const part of parts) if (isContainer(part)) removed(part);
  };
  for (const [index, item] of wanted.entries()) {
    if (isDeepStrictEqual(live[index], item)) continue;
    // The elements before the one that is kept were removed.
    const found = live.findIndex((each, at) => at > index && isDeepStrictEqual(each, item));
    if (found !== -1) drop(live.splice(index, found - index));
    else reconcileAt(live as unknown as Fields, index, item, removed);
  }
  drop(live.splice(wanted.length));
}

function reconcileFields(live: Fields, wanted: Fields, removed: (part: object) => void): void {
  for (const key of new Set([...Object.keys(live), ...Object.keys(wanted)]))
    reconcileProperty(live, wanted, key, removed);
}

/** Like `reconcile`, for only one property. */
export function reconcileProperty(
  live: object,
  wanted: object,
  key: string | number,
  removed: (part: object) => void,
): void {
  if (Object.hasOwn(wanted, key)) {
    reconcileAt(live as Fields, key, (wanted as Fields)[key], removed);
    return;
  }
  const part = (live as Fields)[key];
  if (isContainer(part)) removed(part);
  delete (live as Fields)[key];
}

function reconcileAt(parent: Fields, key: string | number, wanted: unknown, removed: (part: object) => void): void {
  const now = Object.hasOwn(parent, key) ? parent[key] : undefined;
  const isAlike = Array.isArray(wanted) ? Array.isArray(now) : isPlainObject(wanted) && isPlainObject(now);
  if (isAlike) {
    reconcile(now as object, wanted as object, removed);
  } else if (now !== wanted) {
    if (isContainer(now)) removed(now);
    setOwn(parent, key, wanted);
  }
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
