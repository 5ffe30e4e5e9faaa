import type { Path, RecordedChange } from './operation.ts';
import type { StateCopy } from './state-copy.ts';

/** What a change of a node needs of the node's tree. */
export interface ChangeableTree {
  /** Whether changes are recorded so that those of several open transactions can be applied in any order. */
  readonly commuting: boolean;

  record(change: RecordedChange): void;

  /** Copies a value that is put into the tree at `key` of `node`. @throws NotJsonError */
  copy(value: unknown, node: TreeNode, key: string | number): StateCopy;

  /**
   * The path of a node; undefined if the program removed it from the tree. The program may still change it and put it back,
   * which copies it.
   * @throws TypeError if the transaction that created the node was undone
   */
  pathOf(node: TreeNode): Path | undefined;

  /** A value of the tree as the program sees it. */
  view(value: unknown, parent: TreeNode, key: string | number): unknown;
}

/** An object or a list of a tree, and where it is. */
export interface TreeNode<Target extends object = object> {
  readonly tree: ChangeableTree;
  readonly target: Target;
  readonly parent: TreeNode | undefined;
  key: string | number;
}

/** Records the content of the collections in a new value. Undoing the value undoes it too. */
export function recordFills(node: TreeNode, { fills }: Pick<StateCopy, 'fills'>): void {
  if (node.tree.pathOf(node) === undefined) return;
  for (const operation of fills) node.tree.record({ operation, size: 0, undo: () => undefined });
}
