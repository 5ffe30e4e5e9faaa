/** Runs in a worker thread that `actor-definition.ts` starts. */
import { parentPort, workerData } from 'node:worker_threads';
import { validateInputSchema } from '@apify/input_schema';
import { Ajv2019 } from 'ajv/dist/2019.js';

function complaint(schema: Record<string, unknown>): string | null {
  try {
    validateInputSchema(new Ajv2019({ strict: false, unicodeRegExp: false }), schema);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

parentPort?.postMessage(complaint(workerData as Record<string, unknown>));
