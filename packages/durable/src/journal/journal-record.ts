import { StateVersionError } from '../errors.ts';
import { isStored, type JournalEntry, journalFormat, type Plan, type StoredPlan } from './intent.ts';
import type { Storages } from './storages.ts';

/** A larger plan is stored in separate records, so that each write stays well below the limit of a call. */
const maxInlineBytes = 1024 * 1024;
const partBytes = 4 * 1024 * 1024;

const partKey = (sequence: number, index: number): string => `WHERRY-JOURNAL-${sequence}-${index}`;

/**
 * The content of the run's journal; undefined if nothing was ever committed.
 * @throws StateVersionError if a newer program wrote it
 */
export async function readEntry(storages: Storages): Promise<JournalEntry | undefined> {
  const text = await storages.readJournal();
  if (text === undefined) return undefined;
  const entry = JSON.parse(text) as JournalEntry;
  if (entry.format === journalFormat) return entry;
  throw new StateVersionError(
    `The journal of this run has format ${entry.format}; this release of @wherry/durable reads ${journalFormat}. Use a newer release.`,
  );
}

export const writeEntry = (storages: Storages, entry: JournalEntry): Promise<void> =>
  storages.writeJournal(JSON.stringify(entry));

/** Returns the plan as the intent holds it: the plan itself or, if it is large, where it is stored [journal-1]. */
export async function storePlan(storages: Storages, sequence: number, plan: Plan): Promise<Plan | StoredPlan> {
  const bytes = Buffer.from(JSON.stringify(plan));
  if (bytes.length <= maxInlineBytes) return plan;
  const parts = Math.ceil(bytes.length / partBytes);
  for (let index = 0; index < parts; index += 1) {
    const slice = bytes.subarray(index * partBytes, (index + 1) * partBytes);
    const contentType = 'application/octet-stream';
    await storages.writeRecord({ key: partKey(sequence, index), bytes: slice, contentType });
  }
  return { sequence, parts };
}

export async function loadPlan(storages: Storages, plan: Plan | StoredPlan): Promise<Plan> {
  if (!isStored(plan)) return plan;
  const { sequence, parts } = plan;
  const slices: Uint8Array[] = [];
  for (let index = 0; index < parts; index += 1) {
    const slice = await storages.readRecord(partKey(sequence, index));
    if (slice === undefined) {
      throw new Error(
        `The record ${partKey(sequence, index)} is missing, without which commit ${sequence} cannot be completed. Restore it.`,
      );
    }
    slices.push(slice);
  }
  return JSON.parse(Buffer.concat(slices).toString('utf8')) as Plan;
}

export async function deleteStored(storages: Storages, { sequence, parts }: StoredPlan): Promise<void> {
  for (let index = 0; index < parts; index += 1) await storages.deleteRecord({ key: partKey(sequence, index) });
}
