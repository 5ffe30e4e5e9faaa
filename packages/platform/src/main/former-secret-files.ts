import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureSigningKey } from '../accounts/signatures.ts';
import { ensurePair, formerOwner } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';

/** Names in a data folder of an earlier version. */
const signingKeyFile = 'signing-key';
const inputKeyFile = 'input-secrets.json';

/**
 * Moves the keys that earlier versions had in files, in the clear, into the database, where they are sealed. A file is
 * removed once its key is durable there, so a start that ends in between loses nothing and is repeated by the next one.
 */
export async function importFormerSecretFiles(dataFolder: string, database: Database): Promise<void> {
  await importFile(path.join(dataFolder, signingKeyFile), (content) =>
    database.write(ensureSigningKey, { candidate: content.toString('base64') }, { kind: 'platform' }),
  );
  await importFile(path.join(dataFolder, inputKeyFile), (content) => {
    const candidate = JSON.parse(content.toString('utf8')) as { privateKey: string; passphrase: string };
    return database.write(ensurePair, { ...formerOwner, candidate }, { kind: 'platform' });
  });
}

async function importFile(file: string, store: (content: Buffer) => Promise<unknown>): Promise<void> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await store(content);
  await rm(file, { force: true });
}
