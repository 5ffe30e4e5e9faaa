import { invalidInput } from '../shared/errors.ts';

/** Whether a file of this name is inside the folder that it is written to, on any operating system. */
export function isSafeName(name: string): boolean {
  if (name === '' || name.length > 1024 || name.includes('\\') || name.includes('\0')) return false;
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return false;
  const parts = name.replace(/\/$/, '').split('/');
  return parts.every((part) => part !== '' && part !== '..' && Buffer.byteLength(part) <= 255);
}

/** @throws Refusal 400 `invalid-input` when the file would be outside the Actor's folder. */
export function checkSourceName(name: string): void {
  if (isSafeName(name)) return;
  throw invalidInput(
    `The source file name "${name.slice(0, 200)}" is not allowed. Use a path relative to the Actor's folder, with "/" between its parts and without "..".`,
  );
}
