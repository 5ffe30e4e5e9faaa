import type { Connection } from '../platform/connection.ts';
import { isTerminal } from '../platform/status.ts';

/** The store in which a demo notes its run, in case it is interrupted and cannot end the run itself. */
const storeName = 'wherry-demo';
const key = 'RUN';

export async function noteDemoRun(connection: Connection, runId: string): Promise<void> {
  const { id } = await connection.apify.keyValueStores().getOrCreate(storeName);
  await connection.apify.keyValueStore(id).setRecord({ key, value: runId });
}

/**
 * Aborts the run that an interrupted demo has left: its site ended with its platform, so it could load no page.
 * Returns the id of the run, if there was one.
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
