import type { DurableRun, OpenDocument } from '../durable-run.ts';

/** Opens the document with the key, or gives out the handle of when it was opened before. */
export async function openOnce<Handle>(
  run: DurableRun,
  key: string,
  kind: OpenDocument['kind'],
  open: () => Promise<Handle>,
): Promise<Handle> {
  const known = run.documents.get(key);
  if (known !== undefined) {
    if (known.kind === kind) return known.handle as Promise<Handle>;
    throw new TypeError(
      `"${key}" is open by ${known.kind === 'state' ? 'openState' : 'useState'} already. Use another key.`,
    );
  }
  const handle = open();
  run.documents.set(key, { kind, handle });
  handle.catch(() => run.documents.delete(key));
  return handle;
}
