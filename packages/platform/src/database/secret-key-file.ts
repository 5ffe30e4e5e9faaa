import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { isJsonObject } from '../shared/json-object.ts';
import { newSecretKey, type SecretKey, SecretKeys, SecretsKeyError, secretKeyOf } from './secret-keys.ts';

const about =
  'The key of the secrets that Wherry has stored. Without it they cannot be read. Keep a copy, apart from the backups.';

/** Returns undefined when there is no such file. Takes rights of others away. @throws SecretsKeyError */
export function readKeyFile(file: string): SecretKeys | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new SecretsKeyError(`The key file ${file} cannot be read: ${message}. Let the platform's user read it.`);
  }
  makePrivate(file);
  try {
    const { keys } = JSON.parse(text) as { keys: readonly unknown[] };
    const [first, ...rest] = keys.map(keyOf);
    if (first !== undefined) return new SecretKeys([first, ...rest]);
  } catch {
    // Said below, without the file's content.
  }
  throw new SecretsKeyError(
    `The key file ${file} is damaged. Put a copy of it in its place, or name one that is whole.`,
  );
}

function keyOf(entry: unknown): SecretKey {
  const { id, key } = isJsonObject(entry) ? entry : {};
  const read = secretKeyOf(Buffer.from(String(key), 'base64'));
  if (read.id !== id) throw new SecretsKeyError('The key does not fit its id.');
  return read;
}

/** A file system without rights, or an owner that is not this user, keeps what it has. */
function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if (!['EPERM', 'EROFS', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Makes the file with a new key, and returns the keys of the file: another process may have made it first. */
export function makeKeyFile(file: string): SecretKeys {
  const partial = writePartial(file, new SecretKeys([newSecretKey()]));
  try {
    linkSync(partial, file);
    syncFolder(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritten(file, error);
  } finally {
    rmSync(partial, { force: true });
  }
  return readKeyFile(file)!;
}

/** Replaces the file as a whole; durable when it returns. @throws SecretsKeyError */
export function replaceKeyFile(file: string, keys: SecretKeys): void {
  const partial = writePartial(file, keys);
  try {
    renameSync(partial, file);
    syncFolder(file);
  } catch (error) {
    throw notWritten(file, error);
  }
}

function writePartial(file: string, { keys }: SecretKeys): string {
  const partial = `${file}.${process.pid}.partial`;
  const entries = keys.map(({ id, bytes }) => ({ id, key: Buffer.from(bytes).toString('base64') }));
  try {
    rmSync(partial, { force: true });
    const descriptor = openSync(partial, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify({ about, keys: entries }, undefined, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw notWritten(file, error);
  }
  return partial;
}

function syncFolder(file: string): void {
  const descriptor = openSync(path.dirname(file), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const notWritten = (file: string, error: unknown): SecretsKeyError =>
  new SecretsKeyError(
    `The key file ${file} cannot be written: ${(error as Error).message}. Make its folder writable, or name another file with --secrets-key-file.`,
  );
