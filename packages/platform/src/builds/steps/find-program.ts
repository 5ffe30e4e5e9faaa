import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** The path of a program on the path of `environment`; undefined when there is none. */
export function findProgram(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  for (const folder of (environment.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (path.isAbsolute(folder) && isExecutable(file)) return file;
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    // A folder may have the name too, and is executable as well.
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
