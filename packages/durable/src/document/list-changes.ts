import type { Json } from '../commit.ts';
import { NotJsonError } from '../errors.ts';
import { operationSize } from './durable-set.ts';
import { encode } from './encoding.ts';
import type { Operation } from './operation.ts';
import { isDifference } from './operation.ts';
import type { StateCopy } from './state-copy.ts';
import { recordFills, type TreeNode } from './tree-node.ts';

type ListNode = TreeNode<unknown[]>;

/** The list methods that change the list. The others work on the proxy without changes. */
export const listMethods = {
  push(node: ListNode, ...items: unknown[]): number {
    append(node, items);
    return node.target.length;
  },
  pop: (node: ListNode): unknown => replace(node, Math.max(0, node.target.length - 1), 1, [])[0],
  shift: (node: ListNode): unknown => replace(node, 0, 1, [])[0],
  unshift(node: ListNode, ...items: unknown[]): number {
    replace(node, 0, 0, items);
    return node.target.length;
  },
  splice(node: ListNode, start = 0, ...rest: unknown[]): unknown[] {
    const { length } = node.target;
    const from = start < 0 ? Math.max(0, length + Math.trunc(start)) : Math.min(Math.trunc(start), length);
    const [count = length - from, ...items] = rest as [number | undefined, ...unknown[]];
    return replace(node, from, Math.max(0, Math.min(Math.trunc(count), length - from)), items);
  },
  sort(node: ListNode, compare?: (a: unknown, b: unknown) => number): unknown {
    return reorder(node, (list) => list.sort(compare));
  },
  reverse: (node: ListNode): unknown => reorder(node, (list) => list.reverse()),
};

export function setElement(node: ListNode, index: number, value: unknown): void {
  const { target, tree } = node;
  if (index > target.length) {
    throw new NotJsonError(
      `Index ${index} is beyond the end of a list of ${target.length} elements: JSON has no holes. Use push.`,
    );
  }
  if (index === target.length) {
    append(node, [value]);
    return;
  }
  const before = target[index];
  if ((typeof value !== 'object' || value === null) && Object.is(value, before)) return;
  const copy = tree.copy(value, node, index);
  const path = tree.pathOf(node);
  const operation: Operation | undefined =
    path && tree.commuting && isDifference(before, value) && before !== undefined
      ? ['add', [...path, index], value - (before as number)]
      : path && ['set', [...path, index], encode(copy.value)];
  tree.record({
    operation,
    size: operationSize + copy.size,
    undo: () => {
      target[index] = before;
    },
  });
  target[index] = copy.value;
  recordFills(node, copy);
}

export function setLength(node: ListNode, length: number): void {
  if (length > node.target.length)
    throw new NotJsonError('A list cannot be made longer by setting its length: JSON has no holes. Use push.');
  replace(node, length, node.target.length - length, []);
}

function append(node: ListNode, items: readonly unknown[]): void {
  const { target, tree } = node;
  const copies = copyAll(node, target.length, items);
  if (copies.values.length === 0) return;
  const path = tree.pathOf(node);
  tree.record({
    operation: path && ['append', path, encode(copies.values) as Json[]],
    size: operationSize + copies.size,
    undo: () => {
      target.length -= copies.values.length;
    },
  });
  for (const value of copies.values) target.push(value);
  recordFills(node, copies);
}

/** Returns the removed elements as the program sees them. */
function replace(node: ListNode, start: number, count: number, items: readonly unknown[]): unknown[] {
  const { target, tree } = node;
  const copies = copyAll(node, start, items);
  const path = tree.pathOf(node);
  const removed = target.slice(start, start + count);
  if (removed.length + copies.values.length === 0) return [];
  for (const operation of path === undefined ? [undefined] : spliceOperations(node, path, start, removed, copies)) {
    tree.record({ operation, size: operationSize + copies.size, undo: () => undefined });
  }
  tree.record({
    operation: undefined,
    size: 0,
    undo: () => void target.splice(start, copies.values.length, ...removed),
  });
  const seen = removed.map((value, index) => tree.view(value, node, start + index));
  target.splice(start, count, ...copies.values);
  recordFills(node, copies);
  return seen;
}

function spliceOperations(
  { tree }: ListNode,
  path: readonly (string | number)[],
  start: number,
  removed: readonly unknown[],
  copies: { values: readonly unknown[] },
): Operation[] {
  const items = encode(copies.values) as Json[];
  if (!tree.commuting) return [['splice', path, start, removed.length, items]];
  return [
    ...(removed.length > 0 ? [['take', path, start, encode(removed) as Json[]] as const] : []),
    ...(items.length > 0 ? [['splice', path, start, 0, items] as const] : []),
  ];
}

function reorder(node: ListNode, change: (list: unknown[]) => void): unknown {
  const { target, tree } = node;
  const path = tree.pathOf(node);
  const views = target.map((value, index) => tree.view(value, node, index));
  const targets = new Map(views.map((view, index) => [view, target[index]]));
  const before = [...target];
  const after = [...views];
  change(after);
  const ordered = after.map((view) => targets.get(view));
  tree.record({
    operation: path && [tree.commuting ? 'order' : 'set', path, encode(ordered) as Json[]],
    size: operationSize + 16 * before.length,
    undo: () => void target.splice(0, target.length, ...before),
  });
  target.splice(0, target.length, ...ordered);
  return tree.view(target, node, '');
}

function copyAll(node: ListNode, start: number, items: readonly unknown[]) {
  const copies: StateCopy[] = items.map((item, index) => node.tree.copy(item, node, start + index));
  return {
    values: copies.map(({ value }) => value),
    fills: copies.flatMap(({ fills }) => fills),
    size: copies.reduce((sum, { size }) => sum + size, 0),
  };
}
