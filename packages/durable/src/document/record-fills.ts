import type { StateCopy } from './state-copy.ts';
import type { TreeNode } from './tracked-tree.ts';

/** The content of the collections that came with a value; they go with it when it is taken back. */
export function recordFills(node: TreeNode, { fills }: Pick<StateCopy, 'fills'>): void {
  if (node.tree.pathOf(node) === undefined) return;
  for (const operation of fills) node.tree.record({ operation, size: 0, undo: () => undefined });
}
