import type { Connection } from '../connection.ts';
import { isTerminal } from '../status.ts';

/** Where a demo notes its run, for the case that it cannot end it itself. */
const storeName = 'wherry-demo';
const key = 'RUN';

export async function noteDemoRun(connection: Connection, runId: string): Promise<void> {
  const { id } = await connection.apify.keyValueStores().getOrCreate(storeName);
  await connection.apify.keyValueStore(id).setRecord({ key, value: runId });
}

/**
 * Aborts what a former demo left at work: its site ended with its platform, so the run would ask for pages in vain.
 * Answers the run, if there was one.
 */
export async function abortFormerDemo(connection: Connection): Promise<string | undefined> {
  const { id } = await connection.apify.keyValueStores().getOrCreate(storeName);
  const runId: unknown = (await connection.apify.keyValueStore(id).getRecord(key))?.value;
  if (typeof runId !== 'string') return undefined;
  const run = connection.apify.run(runId);
  const status = (await run.get())?.status;
  if (status === undefined || isTerminal(status)) return undefined;
  await run.abort();
  return runId;
}
