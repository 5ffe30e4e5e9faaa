import type { Path, RecordedChange } from './operation.ts';
import type { StateCopy } from './state-copy.ts';

/** What a change of a node needs of the tree that the node is in. */
export interface ChangeableTree {
  /** Whether changes are recorded so that those of several open transactions fit together in any order. */
  readonly commuting: boolean;

  record(change: RecordedChange): void;

  /** A copy of what is put into the tree at `key` of `node`. @throws NotJsonError */
  copy(value: unknown, node: TreeNode, key: string | number): StateCopy;

  /**
   * Undefined when the program removed the node from the tree: it may still change it, and put it back as a copy.
   * @throws TypeError when the node went with the transaction that had made it
   */
  pathOf(node: TreeNode): Path | undefined;

  /** What a program sees of a value in the tree. */
  view(value: unknown, parent: TreeNode, key: string | number): unknown;
}

/** An object or a list of a tree, and where it is. */
export interface TreeNode<Target extends object = object> {
  readonly tree: ChangeableTree;
  readonly target: Target;
  readonly parent: TreeNode | undefined;
  key: string | number;
}

/** Records the content of the collections that came with a value; it goes with the value when that is undone. */
export function recordFills(node: TreeNode, { fills }: Pick<StateCopy, 'fills'>): void {
  if (node.tree.pathOf(node) === undefined) return;
  for (const operation of fills) node.tree.record({ operation, size: 0, undo: () => undefined });
}
