import { existsSync } from 'node:fs';
import path from 'node:path';
import { keyFileBeside } from '../database/sqlite/database.ts';
import { rotateSecrets } from '../database/sqlite/stored-secrets.ts';
import { databaseName } from './data-folder.ts';
import { DataFolderLock } from './data-folder-lock.ts';

export interface SecretsRotation {
  readonly dataFolder: string;
  /** As the platform is started with it; `secrets-key` in the data folder unless set. */
  readonly secretsKeyFile?: string | undefined;
}

/**
 * Makes a new key for the stored secrets, seals all of them with it, and removes the former key. Whatever ends the process
 * in between, the next start of the platform completes the rotation.
 * @returns the key file
 * @throws DataFolderInUse while a platform runs; SecretsKeyError when the key file is wrong or cannot be written
 */
export function rotatePlatformSecrets({ dataFolder, secretsKeyFile }: SecretsRotation): string {
  const databaseFile = path.join(dataFolder, databaseName);
  if (!existsSync(databaseFile)) {
    throw new Error(`There is no database in ${dataFolder}. Name the data folder of a platform with --data.`);
  }
  const keyFile = secretsKeyFile ?? keyFileBeside(databaseFile);
  const lock = DataFolderLock.take(dataFolder);
  try {
    rotateSecrets(databaseFile, keyFile);
  } finally {
    lock.release();
  }
  return keyFile;
}
