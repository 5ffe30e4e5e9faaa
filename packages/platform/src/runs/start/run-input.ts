import type { BuildForRun } from '../../builds/build-for-run.ts';
import { type PreparedInput, prepareInput } from '../../builds/input/input.ts';
import type { InputSecrets } from '../../builds/input/input-secrets.ts';
import type { FileStore } from '../../objects/file-store.ts';
import { maxInlineBytes, type StoredRecord } from '../../storages/key-value-stores/record.ts';
import type { SentInput } from '../../tasks/task-input.ts';

/** An input: a record without a key. */
export type StoredInput = Omit<StoredRecord, 'key'>;

/**
 * Resolves with the input for the Actor: checked, with its defaults added and its secrets encrypted.
 * @throws Refusal 400 `invalid-input` with the schema's own error message
 */
export async function receiveInput(
  inputSecrets: InputSecrets,
  userId: string,
  { actorId, inputSchema }: Pick<BuildForRun, 'actorId' | 'inputSchema'>,
  { body, contentType }: SentInput,
): Promise<PreparedInput | undefined> {
  const prepared = await prepareInput(inputSchema, body, contentType);
  return inputSecrets.seal({ userId, actorId }, inputSchema, prepared);
}

/** Stores an input that is too large for the database in a file. */
export async function storeInput(files: FileStore, input: PreparedInput | undefined): Promise<StoredInput | null> {
  if (input === undefined) return null;
  const { body, contentType } = input;
  if (body.length <= maxInlineBytes) return { contentType, bytes: body.length, blobId: null, value: body };
  return { contentType, value: null, ...(await files.put(body)) };
}

/** Removes the file of an input that no record names. */
export async function discardInput(files: FileStore, input: Pick<StoredInput, 'blobId'> | null): Promise<void> {
  if (input !== null && input.blobId !== null) await files.remove(input.blobId);
}
