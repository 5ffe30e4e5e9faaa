/**
 * Recognises an Actor that is written in Python, and reads from its files what its image would have: the version of
 * Python, the packages, and the command that starts it. What decides is the Dockerfile, as on Apify. Files of the usual
 * tools decide where it says nothing:
 *
 * - **Python or not**: the base image of the last stage, then its CMD. Without a Dockerfile, a requirements.txt or
 *   pyproject.toml without a package.json.
 * - **Packages**: what RUN gives to `pip install`; `uv sync`; `poetry install`. Else uv.lock, poetry.lock,
 *   requirements.txt, pyproject.toml, in this order.
 * - **Start**: ENTRYPOINT and CMD. Apify's images without a CMD start `python -m src`.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import { BuildFailure } from '../build-failure.ts';
import type { ImageCommand, ImagePlan } from '../image-plan.ts';
import { readText } from '../package-file.ts';

/** How the packages of an Actor are installed. Names of files are relative to the Actor's folder. */
type PythonPackages =
  /** Arguments of `pip install`, such as `-r requirements.txt` or `apify>=3`. */
  | { readonly kind: 'pip'; readonly args: readonly string[]; readonly files: readonly string[] }
  | { readonly kind: 'uv'; readonly files: readonly string[] }
  | { readonly kind: 'poetry'; readonly files: readonly string[] }
  | { readonly kind: 'none' };

export interface PythonProject {
  /** Such as `3.14`; undefined when no version is named. `namedBy` completes the sentence "… names Python 3.14". */
  readonly version: { readonly minor: string; readonly namedBy: string } | undefined;
  /** The versions that pyproject.toml allows, such as `>=3.10`. */
  readonly requires: string | undefined;
  readonly packages: PythonPackages;
  /** Whether the Actor itself, or a folder or archive of its files, is among the packages. */
  readonly installsOwnFiles: boolean;
  /** Packages that the base image has besides. */
  readonly ofImage: readonly string[];
  /** The words of the command, or one line for a shell. */
  readonly command: readonly string[] | string;
}

interface PythonFile {
  readonly project?: { readonly dependencies?: readonly string[]; readonly 'requires-python'?: string };
  readonly 'build-system'?: object;
  readonly tool?: {
    readonly uv?: { readonly package?: boolean; readonly sources?: object; readonly workspace?: object };
    readonly poetry?: {
      readonly 'package-mode'?: boolean;
      readonly dependencies?: Readonly<Record<string, unknown>>;
    };
  };
}

const projectFile = 'pyproject.toml';
const apifyImage = /^(?:docker\.io\/)?apify\/actor-python(?:-(?<browser>[a-z]+))?(?:[\w-]*)(?::(?<tag>\S+))?$/;
const pythonImage = /^(?:[\w.-]+\/)*(?:python|pypy)(?::(?<tag>\S+))?$/;
/** Images of uv have Python's version in their tags: `uv:python3.13-bookworm-slim`. */
const uvImage = /\/uv:(?:\S*-)?python(?<tag>\d\S*)$/;
const pythonProgram = /^(?:\S*\/)?(?:python|python3|python3\.\d+|uv|poetry|pipenv)$/;

/** What the Dockerfile says; undefined without one. */
type Image = Pick<ImagePlan, 'image' | 'runs' | 'command'> | undefined;

/** Resolves with undefined for an Actor that is not written in Python. */
export async function findPythonProject(folder: string, plan: Image): Promise<PythonProject | undefined> {
  if (!(await isPython(folder, plan))) return undefined;
  const project = await readProjectFile(folder);
  const packages = await packagesOf(folder, plan, project);
  return {
    version: await versionOf(folder, plan),
    requires: project?.project?.['requires-python'] ?? stringOf(project?.tool?.poetry?.dependencies?.python),
    ...packages,
    ofImage: packagesOfImage(plan, packages.installsOwnFiles),
    command: (plan?.command && commandOf(plan.command)) ?? (await usualCommand(folder, plan)),
  };
}

async function isPython(folder: string, plan: Image): Promise<boolean> {
  if (plan === undefined) {
    if (await isThere(folder, 'package.json')) return false;
    return (await isThere(folder, 'requirements.txt')) || (await isThere(folder, projectFile));
  }
  const { image } = plan;
  if (apifyImage.test(image) || pythonImage.test(image) || uvImage.test(image)) return true;
  if (/(?:^|\/)(?:actor-node|node|bun|deno)\b/.test(image)) return false;
  const command = plan.command && commandOf(plan.command);
  const program = typeof command === 'string' ? command.split(/\s+/)[0] : command?.[0];
  return program !== undefined && pythonProgram.test(program);
}

async function readProjectFile(folder: string): Promise<PythonFile | undefined> {
  const text = await readText(path.join(folder, projectFile));
  if (text === undefined) return undefined;
  try {
    return parse(text) as PythonFile;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new BuildFailure(`${projectFile} is not valid TOML: ${reason} Correct it and build again.`);
  }
}

async function versionOf(folder: string, plan: Image): Promise<PythonProject['version']> {
  const image = plan?.image ?? '';
  const tag = (apifyImage.exec(image) ?? pythonImage.exec(image) ?? uvImage.exec(image))?.groups?.tag;
  const minor = minorOf(tag);
  if (minor !== undefined) return { minor, namedBy: 'the Dockerfile' };
  const ofFile = minorOf(await readText(path.join(folder, '.python-version')));
  return ofFile === undefined ? undefined : { minor: ofFile, namedBy: '.python-version' };
}

const minorOf = (text: string | undefined) => /^\s*(3\.\d+)/.exec(text ?? '')?.[1];

/** What Apify's images have installed: their SDK, and the library of the browser. */
function packagesOfImage(plan: Image, installsOwnFiles: boolean): string[] {
  const image = plan && apifyImage.exec(plan.image);
  if (!image || installsOwnFiles) return [];
  const { browser } = image.groups!;
  return ['apify', ...(browser === 'playwright' || browser === 'selenium' ? [browser] : [])];
}

type Packages = Pick<PythonProject, 'packages' | 'installsOwnFiles'>;

async function packagesOf(folder: string, plan: Image, project: PythonFile | undefined): Promise<Packages> {
  const runs = plan?.runs ?? [];
  const args = runs.flatMap(pipArguments);
  if (args.length > 0) return pipPackages(folder, args, project);
  const names = (tool: RegExp) => runs.some((run) => tool.test(run));
  const has = (name: string) => isThere(folder, name);
  if (names(/\buv\s+sync\b/) || (!names(/\bpoetry\s+install\b/) && (await has('uv.lock')))) {
    return (await has('uv.lock')) ? uvPackages(project) : projectPackages(project);
  }
  if (names(/\bpoetry\s+install\b/) || (await has('poetry.lock'))) {
    const isOwn = project?.tool?.poetry?.['package-mode'] !== false && !names(/--no-root/);
    const files = [projectFile, ...((await has('poetry.lock')) ? ['poetry.lock'] : [])];
    return { packages: { kind: 'poetry', files }, installsOwnFiles: isOwn && project?.['build-system'] !== undefined };
  }
  if (await has('requirements.txt')) return pipPackages(folder, ['-r', 'requirements.txt'], project);
  return projectPackages(project);
}

function uvPackages(project: PythonFile | undefined): Packages {
  const { package: isPackage, sources, workspace } = project?.tool?.uv ?? {};
  const isBuilt = isPackage ?? project?.['build-system'] !== undefined;
  const installsOwnFiles = isBuilt || workspace !== undefined || sources !== undefined;
  return { packages: { kind: 'uv', files: [projectFile, 'uv.lock'] }, installsOwnFiles };
}

function projectPackages(project: PythonFile | undefined): Packages {
  if (project?.['build-system'] !== undefined) {
    return { packages: { kind: 'pip', args: ['.'], files: [projectFile] }, installsOwnFiles: true };
  }
  const args = project?.project?.dependencies ?? [];
  if (args.length === 0) return { packages: { kind: 'none' }, installsOwnFiles: false };
  return { packages: { kind: 'pip', args, files: [] }, installsOwnFiles: false };
}

async function pipPackages(folder: string, args: string[], project: PythonFile | undefined): Promise<Packages> {
  const files: string[] = [];
  let installsOwnFiles = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index]!;
    if (arg === '-r' || arg === '-c') {
      const isTied = await readRequirements(folder, args[index + 1] ?? '', files);
      installsOwnFiles ||= isTied;
      index += 1;
    } else if (ownFile.test(arg)) installsOwnFiles = true;
  }
  // An Actor that is no package cannot be installed; its modules are found in the folder in which it is started.
  const isPackage = project?.['build-system'] !== undefined || (await isThere(folder, 'setup.py'));
  const kept = args.filter((arg, index) => isPackage || !['.', '-e'].includes(arg) || args[index - 1] === '-r');
  if (kept.length < args.length) {
    const dependencies = project?.project?.dependencies ?? [];
    return { packages: { kind: 'pip', args: [...kept, ...dependencies], files }, installsOwnFiles: false };
  }
  return { packages: { kind: 'pip', args, files }, installsOwnFiles };
}

/** A requirement that is a folder or an archive among the Actor's files. */
const ownFile =
  /^(?:-e|--editable)\b|^\.{0,2}\/|^\.{1,2}(?:\[|$)|^file:|@\s*(?:file:|\.{0,2}\/)|^[^:]+\.(?:whl|tar\.gz|zip)$/;
const included = /^(?:-r|--requirement|-c|--constraint)[\s=]*(\S+)/;

/** Adds a file of requirements and those that it includes to `files`. Resolves with whether one names an own file. */
async function readRequirements(folder: string, name: string, files: string[]): Promise<boolean> {
  const relative = path.posix.normalize(name);
  if (path.isAbsolute(relative) || relative.startsWith('..')) {
    throw new BuildFailure(`The requirements "${name}" are outside of the Actor's sources. Put them among them.`);
  }
  if (files.includes(relative)) return false;
  const text = await readText(path.join(folder, relative));
  if (text === undefined) {
    throw new BuildFailure(`The packages are to be installed from "${name}", which is not there. Add the file.`);
  }
  files.push(relative);
  let isTied = false;
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const other = included.exec(line)?.[1];
    if (other !== undefined) {
      isTied = (await readRequirements(folder, path.posix.join(path.posix.dirname(relative), other), files)) || isTied;
    } else isTied ||= ownFile.test(line.replace(/\s+[#;].*$/, ''));
  }
  return isTied;
}

const pipInstall = /\b(?:pip3?|pip3\.\d+|uv\s+pip)\s+install\s+([^;&|]*)/g;
/** Options of `pip install` with a value that say what is installed, with their one-letter forms. */
const keptOptions: Readonly<Record<string, string>> = {
  '--requirement': '-r',
  '--constraint': '-c',
  '--editable': '-e',
  '-r': '-r',
  '-c': '-c',
  '-e': '-e',
  '--index-url': '--index-url',
  '-i': '--index-url',
  '--extra-index-url': '--extra-index-url',
  '--find-links': '--find-links',
  '-f': '--find-links',
};
/** Options with a value that only says where or how. */
const droppedOptions = new Set([
  '--target',
  '-t',
  '--python',
  '--prefix',
  '--root',
  '--timeout',
  '--retries',
  '--trusted-host',
]);
/** What a RUN installs to install with, or what a virtual environment has anyway. */
const tools = /^(?:pip|setuptools|wheel|uv|poetry|pipenv|virtualenv)(?:[=<>~!].*)?$/;

/** What a RUN instruction installs: the arguments of all its `pip install`. */
function pipArguments(run: string): string[] {
  return [...run.matchAll(pipInstall)].flatMap(([, text]) => {
    const words = [...text!.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(
      ([, one, two, three]) => one ?? two ?? three!,
    );
    const args: string[] = [];
    for (let index = 0; index < words.length; index += 1) {
      const [name = '', value] = splitOption(words[index]!);
      const kept = keptOptions[name];
      if (kept !== undefined) {
        args.push(kept, value ?? words[index + 1] ?? '');
        index += value === undefined ? 1 : 0;
      } else if (droppedOptions.has(name)) index += value === undefined ? 1 : 0;
      else if (name === '--pre') args.push(name);
      else if (!name.startsWith('-') && !tools.test(name)) args.push(words[index]!);
    }
    return args;
  });
}

function splitOption(word: string): readonly [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  if (/^-[rc]./.test(word)) return [word.slice(0, 2), word.slice(2)];
  return [word, undefined];
}

/** Only Apify's images with a browser have this script. */
const displayScript = /^(?:\.\/)?start_xvfb_and_run_cmd\.sh\s+(?:&&\s+)?|^xvfb-run\s+(?:-\S+\s+|"[^"]*"\s+)*/;
/** What runs a command in the project's environment, which is the one on the path here. */
const runner = /^(?:uv\s+run|poetry\s+run|pipenv\s+run)\s+(?:--?[\w-]+\s+)*/;

const commandOf = (command: ImageCommand) => simpleWords(command.kind === 'words' ? command.words : command.line);

/** A command line without characters that have a meaning for a shell. */
const plainLine = /^[\w./:=@%+,-]+(?:\s+[\w./:=@%+,-]+)*$/;

function simpleWords(command: readonly string[] | string): readonly string[] | string {
  if (typeof command !== 'string') {
    const at = /^(?:\S*\/)?start_xvfb_and_run_cmd\.sh$/.test(command[0] ?? '') ? 1 : 0;
    const words = command.slice(at);
    const line = words.join(' ');
    return plainLine.test(line) ? simpleWords(line) : words;
  }
  const line = command.trim().replace(displayScript, '').replace(runner, '');
  if (!plainLine.test(line)) return line;
  const [program = '', ...args] = line.split(/\s+/);
  // A script that a runner is given directly, and the virtual environment's own name for its interpreter.
  if (program.endsWith('.py')) return ['python', program, ...args];
  return [/^(?:\/usr(?:\/local)?\/bin\/)?python3?(?:\.\d+)?$/.test(program) ? 'python' : program, ...args];
}

async function usualCommand(folder: string, plan: Image): Promise<readonly string[]> {
  if (plan !== undefined && apifyImage.test(plan.image)) return ['python', '-m', 'src'];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory())) {
    if (await isThere(folder, path.join(entry.name, '__main__.py'))) return ['python', '-m', entry.name];
  }
  for (const name of ['main.py', 'src/main.py', 'app.py']) {
    if (await isThere(folder, name)) return ['python', name];
  }
  throw new BuildFailure(
    'There is nothing to start. Add a Dockerfile with a CMD, such as CMD ["python", "-m", "my_actor"], and build again.',
  );
}

const isThere = async (folder: string, name: string): Promise<boolean> =>
  (await stat(path.join(folder, name)).catch(() => undefined))?.isFile() === true;

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
