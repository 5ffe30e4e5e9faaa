export type { ChildRun, RunStartOptions } from './backend.ts';
export type * from './commit.ts';
export { DurableMap, durableMap } from './document/durable-map.ts';
export { DurableSet, durableSet } from './document/durable-set.ts';
export * from './errors.ts';
export { type OpenStateOptions, openState } from './state/open-state.ts';
export type { Recipe, State } from './state/state.ts';
export type { Transaction } from './transaction.ts';
export { type UseStateOptions, useState } from './use-state.ts';
