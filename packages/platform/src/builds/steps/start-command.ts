/**
 * Finds how the process engine starts an Actor: with the program that its image would start. The order is:
 *
 * 1. The CMD of its Dockerfile, when that is `node …`, `npm start` or `npm run NAME`. TypeScript Actors need this:
 *    their `start` script is for development, and the Dockerfile names the script that starts the compiled code.
 * 2. The `start` script of package.json.
 * 3. `main` of package.json, or a file with one of the usual names.
 *
 * A script that only calls another script is replaced by that one, and `node …` is started without a shell: npm takes
 * longer to start than most Actors.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';
import { commandLineOf, findDockerfile } from './dockerfile.ts';
import type { PackageFile } from './package-file.ts';

/** `file` is `node` for the platform's own Node. */
export interface StartCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** A command line without characters that have a meaning for a shell. */
const plainNodeScript = /^node(?:\s+[\w./:=@%+,-]+)+$/;
const quietOption = '(?:--silent|--quiet|-s|-q)';
const npmScript = new RegExp(
  String.raw`^npm(?:\s+${quietOption})*\s+(?:(start)|run(?:-script)?(?:\s+${quietOption})*\s+([\w:.-]+))(?:\s+${quietOption})*$`,
);
/** Only Apify's images with a browser have this script. */
const displayScript = /^\.\/start_xvfb_and_run_cmd\.sh\s+&&\s+/;
const usualMainFiles = ['src/main.js', 'main.js', 'src/main.mjs', 'main.mjs', 'index.js'];

/** @throws BuildFailure when there is nothing to start */
export async function findStartCommand(
  folder: string,
  packageFile: PackageFile | undefined,
  namedDockerfile: unknown,
): Promise<StartCommand> {
  const dockerfile = await findDockerfile(folder, namedDockerfile);
  const line = dockerfile && commandLineOf(await readFile(dockerfile, 'utf8'));
  const script = (line && scriptBehind(line, packageFile)) || packageFile?.scripts?.start?.trim();
  return script ? commandOf(resolveScript(script, packageFile)) : findMainFile(folder, packageFile);
}

/** The script that an image's command runs, when it is one that this engine understands. */
function scriptBehind(commandLine: string, packageFile: PackageFile | undefined): string | undefined {
  const line = commandLine.replace(displayScript, '');
  if (plainNodeScript.test(line)) return line;
  return scriptNamedBy(line) === undefined ? undefined : scriptOf(line, packageFile);
}

function commandOf(script: string): StartCommand {
  if (plainNodeScript.test(script)) return { file: 'node', args: script.split(/\s+/).slice(1) };
  return { file: '/bin/sh', args: ['-c', `export PATH="$PWD/node_modules/.bin:$PATH"; ${script}`] };
}

function scriptNamedBy(line: string): string | undefined {
  const [, start, other] = npmScript.exec(line) ?? [];
  return start ?? other;
}

/** The script that `npm run …` runs. Undefined for `npm start` without a `start` script: the usual files apply then. */
function scriptOf(line: string, packageFile: PackageFile | undefined): string | undefined {
  const name = scriptNamedBy(line)!;
  const script = packageFile?.scripts?.[name]?.trim();
  if (script || name === 'start') return script;
  throw new BuildFailure(`The Actor is started with "${line}", but package.json has no script "${name}". Add it.`);
}

function resolveScript(script: string, packageFile: PackageFile | undefined): string {
  const seen = new Set<string>();
  for (let line = script; ; ) {
    const name = scriptNamedBy(line);
    // npm reports a script that calls itself.
    if (name === undefined || seen.has(name)) return line;
    seen.add(name);
    const next = scriptOf(line, packageFile);
    if (next === undefined) return line;
    line = next;
  }
}

async function findMainFile(folder: string, packageFile: PackageFile | undefined): Promise<StartCommand> {
  const main = packageFile?.main === undefined ? [] : [packageFile.main];
  for (const name of [...main, ...usualMainFiles]) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) return { file: 'node', args: [name] };
  }
  throw new BuildFailure(
    'There is nothing to start. Add a "start" script to package.json, such as "node src/main.js"; Wherry runs Actors for Node.',
  );
}
