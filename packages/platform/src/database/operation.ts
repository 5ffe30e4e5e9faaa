import type { Moment } from '../shared/clock.ts';
import type { Sql } from './sql.ts';

/** Who makes a call. Every operation of an attempt is checked against the fence [fence-1]. */
export type Caller =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'attempt'; readonly userId: string; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'platform' };

/** The clocks are read once for each operation. */
interface OperationContext extends Moment {
  readonly caller: Caller;
}

/**
 * A named operation. On a slow disk SQLite is written in a worker thread, which finds a write by its name: the input and
 * the result of a write must therefore be structured-cloneable.
 */
export interface Operation<Input, Result> {
  readonly name: string;
  readonly kind: 'read' | 'write';
  readonly body: (input: Input, context: OperationContext) => Sql<Result>;
  /** Whether it gets the reserve of a full disk [reserve-1]. */
  readonly usesReserve?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds operations of every input and result.
export type AnyOperation = Operation<any, any>;

const registry = new Map<string, AnyOperation>();

function define<Input, Result>(operation: Operation<Input, Result>): Operation<Input, Result> {
  if (registry.has(operation.name)) throw new Error(`operation ${operation.name} is defined twice`);
  registry.set(operation.name, operation);
  return operation;
}

/** Defines an operation that sees one snapshot and changes nothing. */
export function defineRead<Input, Result>(
  name: string,
  body: Operation<Input, Result>['body'],
): Operation<Input, Result> {
  return define({ name, kind: 'read', body });
}

/** Defines an operation that makes all its changes in one transaction. When it throws, it changes nothing. */
export function defineWrite<Input, Result>(
  name: string,
  body: Operation<Input, Result>['body'],
): Operation<Input, Result> {
  return define({ name, kind: 'write', body });
}

/** Defines a write that deletes or ends something, and therefore takes place on a full disk too [reserve-1]. */
export function defineEnd<Input, Result>(
  name: string,
  body: Operation<Input, Result>['body'],
): Operation<Input, Result> {
  return define({ name, kind: 'write', body, usesReserve: true });
}

export function operationNamed(name: string): AnyOperation {
  const operation = registry.get(name);
  if (operation === undefined) throw new Error(`no operation is named ${name}`);
  return operation;
}

/** Returns the names of all writes that the modules loaded so far define. */
export const namesOfWrites = (): string[] =>
  [...registry.values()].filter(({ kind }) => kind === 'write').map(({ name }) => name);
