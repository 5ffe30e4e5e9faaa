import { isoTime } from '../iso-time.ts';
import type { StorageRow } from '../storages/storage-row.ts';

/**
 * The fields that answers about storages of every kind have. A read writes nothing, so `accessedAt` is the time of the
 * last change.
 */
export const storageAnswer = (row: StorageRow, url: string) => ({
  id: row.id,
  name: row.name,
  title: row.title,
  userId: row.user_id,
  username: row.username,
  createdAt: isoTime(row.created_at),
  modifiedAt: isoTime(row.modified_at),
  accessedAt: isoTime(row.modified_at),
  actId: row.act_id,
  actRunId: row.act_run_id,
  generalAccess: row.general_access,
  urlSigningSecretKey: row.url_signing_secret_key,
  consoleUrl: url,
});

/** One size under two names: Apify's own tools read the older one. */
export const sizesOf = ({ bytes }: { readonly bytes: number }) => ({ storageBytes: bytes, s3StorageBytes: bytes });
