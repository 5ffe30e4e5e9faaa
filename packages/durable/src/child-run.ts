import type { ChildRun, RunStartOptions } from './backend.ts';
import type { DurableRun } from './durable-run.ts';
import { copyJson } from './json.ts';

export interface CallOptions extends RunStartOptions {
  /** Unique among the calls of this run. A second call with the same key returns the same child run. */
  readonly key: string;
}

/**
 * Starts a run of an Actor and resolves with the run when it has finished. However often the process ends meanwhile, one run
 * is started for a key, and the next process waits for that run; the actor, input and options of the first call count.
 * @param actor id or `username/name`
 * @throws NotJsonError if the input is not JSON
 * @throws RefusedError if the API will never accept the start
 * @throws AttemptFencedError if another attempt has become active
 */
export async function callActor(
  { backend }: DurableRun,
  actor: string,
  input: unknown,
  { key, ...options }: CallOptions,
): Promise<ChildRun> {
  const copied = input === undefined ? undefined : copyJson(input, 'input').value;
  return backend.waitForRun(await backend.startRun({ key, actor, input: copied, options }));
}
