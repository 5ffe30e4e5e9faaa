import type { Moment } from '../shared/clock.ts';
import type { Sql } from './sql.ts';

/**
 * Who makes a call. Every operation of an attempt is checked against the fence [fence-1]. A visitor has no token and reads
 * what the user shares [visitor-1].
 */
export type Caller =
  | {
      readonly kind: 'user';
      readonly userId: string;
      /** Undefined when nothing is limited: the platform acts for the user, or the token is one without limits. */
      readonly limits?: TokenLimits | undefined;
      readonly audited?: AuditedCall | undefined;
    }
  | {
      readonly kind: 'attempt';
      readonly userId: string;
      readonly runId: string;
      readonly attempt: number;
      readonly audited?: AuditedCall | undefined;
    }
  | { readonly kind: 'visitor'; readonly userId: string }
  | { readonly kind: 'platform' };

export type TokenScope = 'read' | 'run' | 'manage';

/** What a user's token may do, when that is less than the user may; see `accounts/token-limits.ts`. */
export interface TokenLimits {
  readonly scopes: readonly TokenScope[];
  /** Ids. Null when the token is not limited to named resources. */
  readonly resources: {
    readonly actors: readonly string[];
    readonly storages: readonly string[];
    readonly runs: readonly string[];
  } | null;
  /** Whether it starts runs with full permissions. */
  readonly startsFull: boolean;
}

/** A call that gets an entry in the audit log (`audit.ts`). One object for each call. */
export interface AuditedCall {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  /** Undefined for a call of a run. */
  readonly token: { readonly id: string; readonly name: string } | undefined;
  readonly runId: string | undefined;
  /** The route, e.g. `DELETE /v2/actors/{actorId}`. */
  readonly operation: string;
  /** The parts of the path. What the call makes is added before the write that makes it. */
  readonly subject: Record<string, string>;
  /** Of the client. */
  readonly address: string;
  /** Whether a write has recorded it. */
  isRecorded: boolean;
}

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
