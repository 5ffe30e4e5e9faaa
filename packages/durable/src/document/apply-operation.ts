import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../commit.ts';
import { setOwn } from '../json.ts';
import type { Collections, MapData, SetData } from './collection-data.ts';
import { decode, type Tree } from './encoding.ts';
import type { Operation, Path, Scalar } from './operation.ts';

type Container = Record<string | number, unknown>;

/** A plain tree in a box, so that its root can be replaced as well. */
export interface TreeBox {
  root: Tree;
}

/**
 * Applies an operation to a tree. D3: one whose place is not there changes nothing; a concurrent change of a `useState`
 * document may have removed it.
 */
export function applyToTree(box: TreeBox, operation: Operation, collections: Collections): void {
  const [kind, path] = operation;
  if (typeof path === 'number') return;
  if (kind === 'append' || kind === 'splice' || kind === 'take') {
    const list = find(box, path);
    if (Array.isArray(list)) applyToList(list, operation, collections);
    return;
  }
  if (kind === 'assign') {
    const target = find(box, path);
    if (typeof target !== 'object' || target === null) return;
    for (const [key, value] of Object.entries(operation[2] as { [key: string]: Json })) {
      setOwn(target, key, decode(value, collections));
    }
    return;
  }
  const parent = path.length === 0 ? (box as unknown as Container) : find(box, path.slice(0, -1));
  if (typeof parent !== 'object' || parent === null) return;
  applyToProperty(parent as Container, path.at(-1) ?? 'root', operation, collections);
}

function applyToProperty(parent: Container, key: string | number, operation: Operation, collections: Collections) {
  switch (operation[0]) {
    case 'set':
      setOwn(parent, key, decode(operation[2], collections));
      return;
    case 'delete':
      delete parent[key];
      return;
    case 'add': {
      const before = Object.hasOwn(parent, key) ? parent[key] : 0;
      setOwn(parent, key, typeof before === 'number' ? before + operation[2] : operation[2]);
    }
  }
}

function applyToList(list: unknown[], operation: Operation, collections: Collections): void {
  switch (operation[0]) {
    case 'append':
      for (const item of operation[2]) list.push(decode(item, collections));
      return;
    case 'splice': {
      const [, , start, count, items] = operation;
      list.splice(start, count, ...items.map((item) => decode(item, collections)));
      return;
    }
    case 'take':
      for (const item of operation[3]) takeEqual(list, operation[2], decode(item, collections));
  }
}

export function takeEqual(list: unknown[], hint: number, item: unknown): void {
  let index = hint < list.length && isDeepStrictEqual(list[hint], item) ? hint : -1;
  if (index === -1) index = list.findIndex((each) => isDeepStrictEqual(each, item));
  if (index !== -1) list.splice(index, 1);
}

/** D2: applied again, it leaves what it left before. */
export function applyToCollections(operation: Operation, collections: Collections): void {
  switch (operation[0]) {
    case 'include': {
      const { entries } = collections.named(operation[1], 'set') as SetData;
      for (const value of operation[2]) entries.add(value);
      return;
    }
    case 'exclude': {
      const { entries } = collections.named(operation[1], 'set') as SetData;
      for (const value of operation[2]) entries.delete(value);
      return;
    }
    case 'put': {
      const { entries } = collections.named(operation[1], 'map') as MapData;
      const pairs = operation[2];
      for (let index = 0; index < pairs.length; index += 2) entries.set(pairs[index] as Scalar, pairs[index + 1]!);
      return;
    }
    case 'remove': {
      const { entries } = collections.named(operation[1], 'map') as MapData;
      for (const key of operation[2]) entries.delete(key);
      return;
    }
    case 'clear':
      collections.byId.get(operation[1])?.entries.clear();
  }
}

function find({ root }: TreeBox, path: Path): unknown {
  let at: unknown = root;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Container)[key];
  }
  return at;
}
