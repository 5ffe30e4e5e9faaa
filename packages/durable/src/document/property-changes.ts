import { setOwn } from '../json.ts';
import { operationSize } from './durable-set.ts';
import { encode } from './encoding.ts';
import type { Path } from './operation.ts';
import { recordFills } from './record-fills.ts';
import type { TreeNode } from './tracked-tree.ts';

type Fields = Record<string, unknown>;

export function setProperty(node: TreeNode, key: string, value: unknown): void {
  const { tree } = node;
  const target = node.target as Fields;
  const known = Object.hasOwn(target, key);
  const before = known ? target[key] : undefined;
  if (known && (typeof value !== 'object' || value === null) && Object.is(value, before)) return;
  const path = tree.pathOf(node);
  if (tree.commuting && path !== undefined && isDifference(before, value)) {
    addToNumber(node, [...path, key], key, value - ((before as number | undefined) ?? 0));
    return;
  }
  const copy = tree.copy(value, node, key);
  tree.record({
    operation: path && ['set', [...path, key], encode(copy.value)],
    size: operationSize + copy.size,
    undo: () => {
      if (tree.commuting && target[key] !== copy.value) return;
      if (known) setOwn(target, key, before);
      else delete target[key];
    },
  });
  setOwn(target, key, copy.value);
  recordFills(node, copy);
}

/** Differences of whole numbers are exact; those of others are not. */
const isDifference = (before: unknown, value: unknown): value is number =>
  Number.isSafeInteger(value) && (before === undefined || Number.isSafeInteger(before));

function addToNumber(node: TreeNode, path: Path, key: string, difference: number): void {
  const target = node.target as Fields;
  const known = Object.hasOwn(target, key);
  node.tree.record({
    operation: ['add', path, difference],
    size: operationSize,
    undo: () => {
      const now = target[key];
      if (typeof now !== 'number') return;
      // What was made by this change goes with it, unless somebody has counted on.
      if (!known && now === difference) delete target[key];
      else target[key] = now - difference;
    },
  });
  const before = (target[key] as number | undefined) ?? 0;
  setOwn(target, key, before + difference);
}

export function deleteProperty(node: TreeNode, key: string): void {
  const { tree } = node;
  const target = node.target as Fields;
  if (!Object.hasOwn(target, key)) return;
  const path = tree.pathOf(node);
  const before = target[key];
  tree.record({
    operation: path && ['delete', [...path, key]],
    size: operationSize + key.length,
    undo: () => {
      if (tree.commuting && Object.hasOwn(target, key)) return;
      setOwn(target, key, before);
    },
  });
  delete target[key];
}
