import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';
import type { PackageFile } from './package-file.ts';

/** `file` is `node` for the platform's own Node. */
export interface StartCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** Nothing that a shell would read otherwise than as a word. */
const plainNodeScript = /^node(?:\s+[\w./:=@%+,-]+)+$/;

const usualMainFiles = ['src/main.js', 'main.js', 'src/main.mjs', 'main.mjs', 'index.js'];

/** How the Actor is started: as `npm start` would, but without npm, which takes longer to boot than the Actor itself. */
export async function findStartCommand(folder: string, packageFile: PackageFile | undefined): Promise<StartCommand> {
  const script = packageFile?.scripts?.start?.trim();
  if (script) {
    if (plainNodeScript.test(script)) return { file: 'node', args: script.split(/\s+/).slice(1) };
    return { file: '/bin/sh', args: ['-c', `export PATH="$PWD/node_modules/.bin:$PATH"; ${script}`] };
  }
  const main = packageFile?.main === undefined ? [] : [packageFile.main];
  for (const name of [...main, ...usualMainFiles]) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) return { file: 'node', args: [name] };
  }
  throw new BuildFailure(
    'There is nothing to start. Add a "start" script to package.json, such as "node src/main.js"; Wherry runs Actors for Node.',
  );
}
