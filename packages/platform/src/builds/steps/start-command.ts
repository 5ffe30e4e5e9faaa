/**
 * Finds how the process engine starts an Actor: with the program that its image would start. The order is:
 *
 * 1. The ENTRYPOINT and CMD of its Dockerfile. A script that only calls another one is replaced by that one, and `node …` is
 *    started without a shell: npm takes longer to start than most Actors.
 * 2. The `start` script of package.json.
 * 3. `main` of package.json, or a file with one of the usual names.
 *
 * TypeScript Actors need this order: their `start` script is for development, and the Dockerfile names the script that
 * starts the compiled code. A program that this machine does not have fails the build, and not the run.
 */
import { chmod, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';
import { findProgram } from './find-program.ts';
import type { ImageCommand, ImagePlan } from './image-plan.ts';
import type { PackageFile } from './package-file.ts';

/** `file` is `node` for the platform's own Node. */
export interface StartCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The working directory, relative to the folder of the build; its root when it is missing. */
  readonly folder?: string;
  /** A folder that comes first on the path, relative to the folder of the build. */
  readonly programs?: string;
  /** What the Dockerfile sets with ENV. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a command is to run. */
export interface StartPlace {
  /** The working directory. */
  readonly folder: string;
  readonly packageFile: PackageFile | undefined;
  /** The PATH of attempts. */
  readonly searchPath: string;
}

/** A command line without characters that have a meaning for a shell. */
const plainNodeScript = /^node(?:\s+[\w./:=@%+,-]+)+$/;
const plainWord = /^[\w./:=@%+,-]+$/;
const quietOption = '(?:--silent|--quiet|-s|-q)';
/** What `yarn start` or `pnpm run x` start is the same script. */
const packageScript = new RegExp(
  String.raw`^(?:npm|yarn|pnpm)(?:\s+${quietOption})*\s+(?:(start)|run(?:-script)?(?:\s+${quietOption})*\s+([\w:.-]+))(?:\s+${quietOption})*$`,
);
/** Scripts that only Apify's images have, and programs that are there to have a display or to reap processes. */
const wrapper =
  /^(?:(?:\.\/)?(?:start_xvfb_and_run_cmd|new_xvfb_run_cmd)\.sh(?:\s+&&)?\s+|(?:\.\/)?run_protected\.sh\s+|xvfb-run(?:\s+-\S+)*\s+|(?:\S*\/)?(?:tini|dumb-init|docker-entrypoint\.sh)(?:\s+-\w+)*(?:\s+--)?\s+)/;
const usualMainFiles = ['src/main.js', 'main.js', 'src/main.mjs', 'main.mjs', 'index.js'];

/** @throws BuildFailure when there is nothing to start, or nothing here that could start it */
export async function findStartCommand(place: StartPlace, plan: ImagePlan | undefined): Promise<StartCommand> {
  const { folder, packageFile } = place;
  const wanted = plan?.command === undefined ? undefined : simplified(plan.command, plan);
  if (wanted === undefined) {
    const start = packageFile?.scripts?.start?.trim();
    return start ? commandOfScript(place, start) : findMainFile(folder, packageFile);
  }
  if (wanted.kind === 'line') {
    const script = scriptBehind(wanted.line, packageFile);
    if (script !== undefined) return commandOfScript(place, script);
    if (scriptNamedBy(wanted.line) !== undefined) return findMainFile(folder, packageFile);
    return shellCommand(place, wanted.line, wanted.shell);
  }
  return programCommand(place, wanted.words);
}

/** Without what is around the command, and as a line where it means the same, so that each form is handled alike. */
function simplified(command: ImageCommand, plan: ImagePlan): ImageCommand {
  if (command.kind === 'line') return { ...command, line: withoutWrappers(command.line) };
  const words = command.words.map((word, index) => {
    const own = plan.sourceOf(word);
    if (own === undefined) return word;
    return index === 0 ? `./${own}` : own;
  });
  const [program = '', option, line, ...rest] = words;
  if (/^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da)?sh$/.test(program) && option === '-c' && line && rest.length === 0) {
    return { kind: 'line', line: withoutWrappers(line), shell: [program, option] };
  }
  if (words.every((word) => plainWord.test(word))) {
    const whole = withoutWrappers(words.join(' ')).replace(/^(?:\/usr(?:\/local)?\/bin\/)node\s/, 'node ');
    if (plainNodeScript.test(whole) || packageScript.test(whole))
      return { kind: 'line', line: whole, shell: usualShell };
    return { kind: 'words', words: whole.split(' ') };
  }
  return { kind: 'words', words };
}

const usualShell = ['/bin/sh', '-c'];

function withoutWrappers(line: string): string {
  const inner = line.trim().replace(wrapper, '');
  return inner === line.trim() ? inner : withoutWrappers(inner);
}

/** The script of package.json, or the plain `node …`, that a line runs. */
function scriptBehind(line: string, packageFile: PackageFile | undefined): string | undefined {
  if (plainNodeScript.test(line)) return line;
  return scriptNamedBy(line) === undefined ? undefined : scriptOf(line, packageFile);
}

function scriptNamedBy(line: string): string | undefined {
  const [, start, other] = packageScript.exec(line) ?? [];
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

async function commandOfScript(place: StartPlace, script: string): Promise<StartCommand> {
  const line = resolveScript(script, place.packageFile);
  if (plainNodeScript.test(line)) return { file: 'node', args: line.split(/\s+/).slice(1) };
  return shellCommand(place, line, usualShell);
}

/** A line for a shell. Its first program must be there; what comes after it is known to the shell only. */
async function shellCommand(place: StartPlace, line: string, shell: readonly string[]): Promise<StartCommand> {
  const [file = '/bin/sh', ...options] = shell;
  const [, first] = /^(?:\w+=[\w./:@%+,-]*\s+)*([\w./+-]+)(?=\s|$)/.exec(line) ?? [];
  await checkProgram(place, file, line);
  if (first !== undefined && !shellWords.has(first)) await checkProgram(place, first, line);
  return { file, args: [...options, `export PATH="$PWD/node_modules/.bin:$PATH"; ${line}`] };
}

/** What a shell does itself. Source: POSIX, "Shell Command Language", and Bash's manual for `source`. */
const shellWords = new Set(
  'if for while until case { ( ! [ [[ . : alias bg break cd command continue echo eval exec exit export false fg function getopts hash kill printf pwd read readonly return set shift source test time times trap true type ulimit umask unalias unset wait'.split(
    ' ',
  ),
);

async function programCommand(place: StartPlace, words: readonly string[]): Promise<StartCommand> {
  const [program = '', ...args] = words;
  if (program === 'node') return { file: 'node', args };
  const file = await checkProgram(place, program, words.join(' '));
  return { file, args };
}

/**
 * Resolves with how the program is named in a command that runs in the folder.
 * @throws BuildFailure when attempts would not find it
 */
async function checkProgram({ folder, searchPath }: StartPlace, program: string, whole: string): Promise<string> {
  if (program === 'node' || program === 'npm' || program === 'npx') return program;
  if (program.includes('/')) {
    const file = path.resolve(folder, program);
    if (await isFile(file)) {
      if (file.startsWith(folder + path.sep)) await makeExecutable(file);
      return program;
    }
    throw new BuildFailure(
      `The Actor is started with "${whole}", but there is no ${program}. Add it to the sources, or use the docker engine if it is part of the image.`,
    );
  }
  const ofPackages = path.join('node_modules', '.bin');
  if (findProgram(program, { PATH: path.join(folder, ofPackages) })) return path.join(ofPackages, program);
  if (findProgram(program, { PATH: searchPath })) return program;
  throw new BuildFailure(
    `The Actor is started with "${whole}", but this machine has no program "${program}". Install it where the platform runs, add the package that brings it to the dependencies, or use the docker engine.`,
  );
}

const isFile = async (name: string) => (await stat(name).catch(() => undefined))?.isFile() === true;

/** Source files have no permissions, and a Dockerfile that sets them does so in a RUN. Only what names its interpreter is run. */
async function makeExecutable(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const isProgram = buffer.toString('latin1', 0, 2) === '#!' || buffer.toString('latin1', 1, 4) === 'ELF';
    if (bytesRead > 2 && isProgram) await chmod(file, 0o755);
  } finally {
    await handle.close();
  }
}

async function findMainFile(folder: string, packageFile: PackageFile | undefined): Promise<StartCommand> {
  const main = packageFile?.main === undefined ? [] : [packageFile.main];
  for (const name of [...main, ...usualMainFiles]) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) return { file: 'node', args: [name] };
  }
  throw new BuildFailure(
    'There is nothing to start. Add a "start" script to package.json, such as "node src/main.js", or a CMD to the Dockerfile.',
  );
}
