import { type PreparedInput, prepareInput } from '../builds/input.ts';
import { maxInlineBytes, type StoredRecord } from '../storages/key-value-record.ts';
import type { RunServices } from './services.ts';

/** An input as a record without its key. */
export type StoredInput = Omit<StoredRecord, 'key'>;

/**
 * The input that an Actor gets: checked, its defaults filled in, its secrets sealed.
 * @throws Refusal 400 `invalid-input` in the schema's words
 */
export async function receiveInput(
  { inputSecrets }: RunServices,
  inputSchema: Readonly<Record<string, unknown>> | null,
  sent: { readonly body: unknown; readonly contentType: string | undefined },
): Promise<PreparedInput | undefined> {
  const prepared = await prepareInput(inputSchema, sent.body as Buffer | undefined, sent.contentType);
  return inputSecrets.seal(inputSchema, prepared);
}

/** Puts an input that is too large for the database into a file. */
export async function storeInput(
  { files }: RunServices,
  input: PreparedInput | undefined,
): Promise<StoredInput | null> {
  if (input === undefined) return null;
  const { body, contentType } = input;
  if (body.length <= maxInlineBytes) return { contentType, bytes: body.length, blobId: null, value: body };
  return { contentType, value: null, ...(await files.put(body)) };
}

/** Removes the file of an input that no record names. */
export async function discardInput({ files }: RunServices, input: StoredInput | null): Promise<void> {
  if (input !== null && input.blobId !== null) await files.remove(input.blobId);
}
