import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../commit.ts';
import { isPlainObject, setOwn } from '../json.ts';
import type { Collections, MapData, SetData } from './collection-data.ts';
import { decode, type Tree } from './encoding.ts';
import type { Operation, Path, Scalar } from './operation.ts';

type Container = Record<string | number, unknown>;
type ListOperation = Extract<Operation, readonly ['append' | 'splice' | 'take' | 'order', ...unknown[]]>;
type PropertyOperation = Extract<Operation, readonly ['set' | 'create' | 'delete' | 'add', ...unknown[]]>;

/** Holds a tree, so that an operation can replace its root too. */
export interface TreeBox {
  root: Tree;
}

/**
 * Applies an operation to a tree. Operations on collections do nothing here.
 *
 * [tree-2] Applying an operation on a collection again changes nothing.
 * [tree-3] If nothing is at the path, an object or a list is created there; if a value of another kind is there, nothing is
 *     changed. In a shared document another transaction, which is committed later, may have created or removed the place.
 */
export function applyToTree(box: TreeBox, operation: Operation, collections: Collections): void {
  switch (operation[0]) {
    case 'append':
    case 'splice':
    case 'take':
    case 'order': {
      const list = find(box, operation[1], () => []);
      if (Array.isArray(list)) applyToList(list, operation, collections);
      return;
    }
    case 'assign': {
      const target = find(box, operation[1], () => ({}));
      if (typeof target !== 'object' || target === null) return;
      for (const [key, value] of Object.entries(operation[2] as { [key: string]: Json })) {
        setOwn(target, key, decode(value, collections));
      }
      return;
    }
    case 'set':
    case 'create':
    case 'delete':
    case 'add': {
      const path = operation[1];
      const parent = path.length === 0 ? box : find(box, path.slice(0, -1), () => ({}));
      if (typeof parent !== 'object' || parent === null) return;
      applyToProperty(parent as Container, path.at(-1) ?? 'root', operation, collections);
    }
  }
}

function applyToProperty(
  parent: Container,
  key: string | number,
  operation: PropertyOperation,
  collections: Collections,
) {
  const before = Object.hasOwn(parent, key) ? parent[key] : undefined;
  switch (operation[0]) {
    case 'set':
      setOwn(parent, key, decode(operation[2], collections));
      return;
    case 'create':
      setOwn(parent, key, joined(before, decode(operation[2], collections)));
      return;
    case 'delete':
      delete parent[key];
      return;
    case 'add':
      setOwn(parent, key, typeof before === 'number' ? before + operation[2] : operation[2]);
  }
}

function joined(before: unknown, created: unknown): unknown {
  if (typeof before === 'number' && typeof created === 'number') return before + created;
  if (Array.isArray(before) && Array.isArray(created)) return [...created, ...before];
  if (!isPlainObject(before) || !isPlainObject(created)) return created;
  for (const [key, value] of Object.entries(created)) {
    setOwn(before, key, joined(Object.hasOwn(before, key) ? before[key] : undefined, value));
  }
  return before;
}

function applyToList(list: unknown[], operation: ListOperation, collections: Collections): void {
  const decodeAll = (items: readonly Json[]) => items.map((item) => decode(item, collections));
  switch (operation[0]) {
    case 'append':
      for (const item of decodeAll(operation[2])) list.push(item);
      return;
    case 'splice':
      list.splice(operation[2], operation[3], ...decodeAll(operation[4]));
      return;
    case 'take':
      for (const item of decodeAll(operation[3])) removeEqual(list, operation[2], item);
      return;
    case 'order': {
      const first = decodeAll(operation[2]).flatMap((item) => removeEqual(list, 0, item));
      list.unshift(...first);
    }
  }
}

function removeEqual(list: unknown[], hint: number, item: unknown): unknown[] {
  let index = hint < list.length && isDeepStrictEqual(list[hint], item) ? hint : -1;
  if (index === -1) index = list.findIndex((each) => isDeepStrictEqual(each, item));
  return index === -1 ? [] : list.splice(index, 1);
}

/** Applies an operation to the collection that it names [tree-2]. Other operations do nothing here. */
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

/** The value at the path. Where there is none, creates objects on the way and calls `make` at the end. */
function find(box: TreeBox, path: Path, make: () => object): unknown {
  let at: unknown = box.root;
  for (const [index, key] of path.entries()) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (!Object.hasOwn(at, key)) {
      if (Array.isArray(at)) return undefined;
      setOwn(at, key, index === path.length - 1 ? make() : {});
    }
    at = (at as Container)[key];
  }
  return at;
}

/** The value at the path; undefined if there is none. */
export function partAt(root: Tree, path: Path): unknown {
  let at: unknown = root;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Container)[key];
  }
  return at;
}
