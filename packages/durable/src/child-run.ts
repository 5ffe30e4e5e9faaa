import type { ChildRun, RunStartOptions } from './backend.ts';
import type { DurableRun } from './durable-run.ts';
import { copyJson } from './json.ts';

export interface CallOptions extends RunStartOptions {
  /** Names this call among all of the run's; what is called with it again is the same run. */
  readonly key: string;
}

/**
 * Starts a run of an Actor and answers it once it is over. However often the process ends meanwhile, one run is started
 * for a key, and the next process waits for that one; actor, input and options then are those of the first time.
 * @param actor id or `username/name`
 * @throws NotJsonError, RefusedError, AttemptFencedError
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
