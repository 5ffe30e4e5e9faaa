/**
 * Proxies over a document's tree that make changes in place and record each change with its undo.
 *
 * [tree-1] A tree shares no object with the program: each value that is put into it is copied, so each object has one place.
 */
import { NotJsonError } from '../errors.ts';
import { pathText } from '../json.ts';
import type { TreeBox } from './apply-operation.ts';
import { type Collections, isCollectionData, SetData } from './collection-data.ts';
import { DurableMap } from './durable-map.ts';
import { DurableSet } from './durable-set.ts';
import { listMethods, setElement, setLength } from './list-changes.ts';
import type { Path, RecordedChange, Recorder } from './operation.ts';
import { deleteProperty, setProperty } from './property-changes.ts';
import { copyForState, type StateCopy } from './state-copy.ts';
import type { ChangeableTree, TreeNode } from './tree-node.ts';

export interface TrackedTreeOptions {
  /** The document's name in errors. */
  readonly name: string;
  readonly box: TreeBox;
  /** Undefined if the document may hold none. */
  readonly collections: Collections | undefined;
  readonly record: Recorder;
  /**
   * Whether changes are recorded so that those of several open transactions can be applied in any order: numbers by their
   * difference, list elements by their value.
   */
  readonly commuting: boolean;
}

export class TrackedTree implements ChangeableTree {
  readonly commuting: boolean;
  readonly #options: TrackedTreeOptions;
  readonly #proxies = new WeakMap<object, object>();
  readonly #nodes = new WeakMap<object, TreeNode>();
  readonly #invalid = new WeakSet<object>();
  #closed = false;

  constructor(options: TrackedTreeOptions) {
    this.commuting = options.commuting;
    this.#options = options;
  }

  /** The proxy of the root. */
  get draft(): object {
    return this.#proxyOf(this.#options.box.root as object, undefined, '') as object;
  }

  /** From now on, writing to any proxy of the tree throws. */
  close(): void {
    this.#closed = true;
  }

  /** From now on, writing to this part throws: the transaction that created it was undone. */
  invalidate(part: object): void {
    this.#invalid.add(part);
  }

  record(change: RecordedChange): void {
    if (this.#closed) throw new TypeError('The draft is valid only within its recipe. Start another commit.');
    this.#options.record(change);
  }

  copy(value: unknown, node: TreeNode, key: string | number): StateCopy {
    const { name, collections } = this.#options;
    const path = [...(this.pathOf(node) ?? []), key];
    return copyForState(value, pathText(name, path.slice(0, longestPathText)), collections, { depth: path.length });
  }

  pathOf(node: TreeNode): Path | undefined {
    if (this.#invalid.has(node.target)) {
      throw new TypeError('This part of the state was created by work that failed, and is gone. Read it anew.');
    }
    if (node.parent === undefined) return node.target === this.#options.box.root ? [] : undefined;
    const path = this.pathOf(node.parent);
    if (path === undefined) return undefined;
    const { target: parent } = node.parent;
    if ((parent as Record<string | number, unknown>)[node.key] !== node.target) {
      // Elements of a list move when others are added or removed.
      const index = Array.isArray(parent) ? parent.indexOf(node.target) : -1;
      if (index === -1) return undefined;
      node.key = index;
    }
    return [...path, node.key];
  }

  view(value: unknown, parent: TreeNode, key: string | number): unknown {
    if (typeof value !== 'object' || value === null) return value;
    return this.#proxyOf(value, parent, key);
  }

  #proxyOf(target: object, parent: TreeNode | undefined, key: string | number): object {
    let proxy = this.#proxies.get(target);
    if (proxy === undefined) {
      proxy = isCollectionData(target) ? this.#collectionOf(target) : this.#track({ tree: this, target, parent, key });
      this.#proxies.set(target, proxy);
    }
    return proxy;
  }

  #collectionOf(data: object): object {
    const record: Recorder = (change) => this.record(change);
    return data instanceof SetData ? new DurableSet(data, record) : new DurableMap(data as never, record);
  }

  #track(node: TreeNode): object {
    this.#nodes.set(node.target, node);
    return new Proxy(
      node.target,
      Array.isArray(node.target) ? listHandler(node as TreeNode<unknown[]>) : handler(node),
    );
  }
}

/** The longest path in errors. */
const longestPathText = 20;

const refuse = (what: string) => (): never => {
  throw new TypeError(`A state holds plain JSON, and does not support ${what}.`);
};

const refusals = {
  defineProperty: refuse('Object.defineProperty'),
  setPrototypeOf: refuse('other prototypes'),
  preventExtensions: refuse('freezing'),
};

const handler = (node: TreeNode): ProxyHandler<object> => ({
  ...refusals,
  get(target, key) {
    const value = Reflect.get(target, key);
    return typeof key === 'symbol' || !Object.hasOwn(target, key) ? value : node.tree.view(value, node, key);
  },
  set(_target, key, value) {
    setProperty(node, nameOf(key), value);
    return true;
  },
  deleteProperty(_target, key) {
    deleteProperty(node, nameOf(key));
    return true;
  },
});

const listHandler = (node: TreeNode<unknown[]>): ProxyHandler<object> => ({
  ...refusals,
  get(target, key) {
    if (typeof key === 'string' && Object.hasOwn(listMethods, key)) {
      const method = listMethods[key as keyof typeof listMethods];
      return (...args: unknown[]) =>
        (method as (node: TreeNode<unknown[]>, ...args: unknown[]) => unknown)(node, ...args);
    }
    const value = Reflect.get(target, key);
    const index = indexOf(key);
    return index === undefined ? value : node.tree.view(value, node, index);
  },
  set(_target, key, value) {
    const index = indexOf(key);
    if (index !== undefined) setElement(node, index, value);
    else if (key === 'length') setLength(node, value as number);
    else throw new NotJsonError(`A list has only elements, and no property ${String(key)}. Nothing was changed.`);
    return true;
  },
  deleteProperty() {
    throw new NotJsonError('Deleting an element leaves a hole, which JSON cannot hold. Use splice.');
  },
});

function nameOf(key: string | symbol): string {
  if (typeof key === 'string') return key;
  throw new NotJsonError('A symbol cannot be a property of a state. Nothing was changed.');
}

function indexOf(key: string | symbol): number | undefined {
  return typeof key === 'string' && /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : undefined;
}
