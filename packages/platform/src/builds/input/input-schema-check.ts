import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BuildFailure } from '../steps/build-failure.ts';

const maxKnown = 1000;
const known = new Set<string>();

/**
 * Apify's own check takes 100 to 400 ms of computing, for which a handoff must not wait: it has a thread of its own.
 * @throws BuildFailure when the input schema itself is wrong
 */
export async function checkInputSchema(schema: Record<string, unknown>): Promise<void> {
  const key = JSON.stringify(schema);
  if (known.has(key)) return;
  const worker = new Worker(new URL('./input-schema-worker.ts', import.meta.url), { workerData: schema });
  // Rejects with the error of a worker that fails.
  const [complaint] = (await once(worker, 'message')) as [string | null];
  if (complaint !== null)
    throw new BuildFailure(`The input schema is not valid: ${complaint} Mend it and build again.`);
  if (known.size >= maxKnown) known.clear();
  known.add(key);
}
