import { isPlainObject, setOwn } from '../json.ts';

type Fields = Record<string | number, unknown>;

/** Changes `live` in place into what `wanted` is, so that who holds a part of it goes on holding it. */
export function reconcile(live: object, wanted: object): void {
  if (Array.isArray(live)) {
    const list = wanted as unknown[];
    live.length = Math.min(live.length, list.length);
    for (let index = 0; index < list.length; index += 1) reconcileAt(live as never, index, list[index]);
    return;
  }
  for (const key of Object.keys(live)) {
    if (!Object.hasOwn(wanted, key)) delete (live as Fields)[key];
  }
  for (const key of Object.keys(wanted)) reconcileAt(live as Fields, key, (wanted as Fields)[key]);
}

function reconcileAt(parent: Fields, key: string | number, wanted: unknown): void {
  const now = Object.hasOwn(parent, key) ? parent[key] : undefined;
  const alike = Array.isArray(wanted) ? Array.isArray(now) : isPlainObject(wanted) && isPlainObject(now);
  if (alike) reconcile(now as object, wanted as object);
  else if (now !== wanted) setOwn(parent, key, wanted);
}
