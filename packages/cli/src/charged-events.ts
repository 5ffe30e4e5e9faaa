import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { badUsage } from './failure.ts';

/** The names of the events that `.actor/pay_per_event.json` prices; none without that file. */
export async function readChargedEvents(folder: string): Promise<string[]> {
  const file = path.join(folder, '.actor', 'pay_per_event.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    const listed = JSON.parse(text) as object | object[];
    return [listed].flat().flatMap((prices) => Object.keys(prices));
  } catch (error) {
    throw badUsage(`${file} is not JSON: ${(error as Error).message}.`);
  }
}
