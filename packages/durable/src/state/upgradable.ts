import { isCollectionData, SetData } from '../document/collection-data.ts';
import { DurableMap } from '../document/durable-map.ts';
import { DurableSet } from '../document/durable-set.ts';
import type { Recorder } from '../document/operation.ts';
import { setOwn } from '../json.ts';

/** The tree with collections that a program can use in place of their data. Objects and lists are changed in place. */
export function upgradable(tree: unknown, record: Recorder): unknown {
  if (isCollectionData(tree))
    return tree instanceof SetData ? new DurableSet(tree, record) : new DurableMap(tree, record);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map((each) => upgradable(each, record));
  for (const [key, value] of Object.entries(tree)) setOwn(tree, key, upgradable(value, record));
  return tree;
}
