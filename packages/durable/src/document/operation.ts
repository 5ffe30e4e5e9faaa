import type { Json } from '../commit.ts';

/** Where in a document: the keys from its root. */
export type Path = readonly (string | number)[];

/** What collections can have for elements and keys. */
export type Scalar = string | number;

/**
 * One change of a document, as it is stored: plain JSON, never changed once it is made. Values are encoded, see
 * `encoding.ts`. Those of collections say what is afterwards, so that they may be done twice [tree-2].
 */
export type Operation =
  | readonly ['set', Path, Json]
  /** As `set`, but into what another open transaction has put there meanwhile: numbers are added, lists joined. */
  | readonly ['create', Path, Json]
  | readonly ['delete', Path]
  /** Sets several properties of an object. */
  | readonly ['assign', Path, Json]
  | readonly ['append', Path, readonly Json[]]
  /** Removes `count` elements of a list at `start` and puts others there. */
  | readonly ['splice', Path, number, number, readonly Json[]]
  /** Removes from a list the elements that equal these, looked for from `start` on, then anywhere. */
  | readonly ['take', Path, number, readonly Json[]]
  /** Brings the elements that equal these into this order, in front of all others. */
  | readonly ['order', Path, readonly Json[]]
  /** Adds to a number; to nothing as to 0. */
  | readonly ['add', Path, number]
  | readonly ['include', number, readonly Scalar[]]
  | readonly ['exclude', number, readonly Scalar[]]
  /** Keys and values of a map in turn. */
  | readonly ['put', number, readonly Json[]]
  | readonly ['remove', number, readonly Scalar[]]
  | readonly ['clear', number];

/** A change that was made in memory. */
export interface RecordedChange {
  /** Undefined for a change of what was removed from the document before: there is nothing to store. */
  readonly operation: Operation | undefined;
  /** About as many characters as its text has. */
  readonly size: number;
  /** Takes it back when all later ones are. Of no use in a document of several open transactions. */
  undo(): void;
}

export type Recorder = (change: RecordedChange) => void;
