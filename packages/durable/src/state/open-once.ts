import type { DurableRun, OpenDocument } from '../durable-run.ts';

/** Opens the document with the key, or gives out the handle of when it was opened before. */
export async function openOnce<Handle>(
  run: DurableRun,
  key: string,
  kind: OpenDocument['kind'],
  open: () => Promise<Handle>,
): Promise<Handle> {
  const known = run.documents.get(key);
  if (known?.closing !== undefined) {
    await known.closing;
    return openOnce(run, key, kind, open);
  }
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

/** Frees the key once `close` is over. Whoever opens it meanwhile waits, and gets a handle of its own. */
export function closeOnce(run: DurableRun, key: string, close: () => Promise<void>): Promise<void> {
  const known = run.documents.get(key)!;
  known.closing ??= close().finally(() => run.documents.delete(key));
  return known.closing;
}
