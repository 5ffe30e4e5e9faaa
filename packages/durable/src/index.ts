export type { ChildRun, RunStartOptions } from './backend.ts';
export type * from './commit.ts';
export * from './errors.ts';
export type { Transaction } from './transaction.ts';
