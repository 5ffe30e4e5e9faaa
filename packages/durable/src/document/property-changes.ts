import { setOwn } from '../json.ts';
import { operationSize } from './durable-set.ts';
import { encode } from './encoding.ts';
import { isDifference } from './operation.ts';
import { recordFills, type TreeNode } from './tree-node.ts';

type Fields = Record<string, unknown>;

export function setProperty(node: TreeNode, key: string, value: unknown): void {
  const { tree } = node;
  const target = node.target as Fields;
  const known = Object.hasOwn(target, key);
  const before: unknown = known ? target[key] : undefined;
  if (known && (typeof value !== 'object' || value === null) && Object.is(value, before)) return;
  const path = tree.pathOf(node);
  const undo = () => {
    if (known) setOwn(target, key, before);
    else delete target[key];
  };
  if (tree.commuting && isDifference(before, value)) {
    const operation = path && (['add', [...path, key], value - ((before as number | undefined) ?? 0)] as const);
    tree.record({ operation, size: operationSize + key.length, undo });
    setOwn(target, key, value);
    return;
  }
  const copy = tree.copy(value, node, key);
  const kind = tree.commuting && !known && typeof value === 'object' ? 'create' : 'set';
  const operation = path && ([kind, [...path, key], encode(copy.value)] as const);
  tree.record({ operation, size: operationSize + key.length + copy.size, undo });
  setOwn(target, key, copy.value);
  recordFills(node, copy);
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
    undo: () => setOwn(target, key, before),
  });
  delete target[key];
}
