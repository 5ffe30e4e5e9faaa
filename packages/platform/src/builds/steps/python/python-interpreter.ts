/** Finds the interpreter of a build among those of this machine. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { BuildFailure } from '../build-failure.ts';
import type { PythonProject } from './python-project.ts';

export interface Interpreter {
  /** The program, by its whole path. */
  readonly file: string;
  /** Such as `3.13.0`. */
  readonly version: string;
  /** False on Debian without the package `python3-venv`. */
  readonly hasVenv: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const run = promisify(execFile);
const queryMs = 20_000;
const query = [
  'import importlib.util, json, sys',
  'has = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))',
  'print(json.dumps({"file": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3], "hasVenv": has}))',
].join('; ');

/**
 * The interpreter of the version that the project names; else of the nearest one that the project allows, and the log
 * says so.
 * @throws BuildFailure when there is none
 */
export async function findInterpreter(
  { version, requires }: Pick<PythonProject, 'version' | 'requires'>,
  environment: Environment,
  log: (line: string) => void,
): Promise<Interpreter> {
  const named = version && Number(version.minor.split('.')[1]);
  const programs = await programsOf(environment);
  const distance = (minor: number) =>
    named === undefined ? -minor : Math.abs(minor - named) * 2 - (minor > named ? 1 : 0);
  const minors = [...programs.keys()].toSorted((one, other) => distance(one) - distance(other));
  const rejected: string[] = [];
  for (const minor of minors) {
    if (requires !== undefined && !allows(requires, minor)) {
      rejected.push(`3.${minor}`);
      continue;
    }
    const found = await firstThatWorks(programs.get(minor)!, minor);
    if (found === undefined) continue;
    if (named !== undefined && minor !== named) {
      log(
        `Python: ${version!.namedBy} names ${version!.minor}, which this machine does not have; ${found.version} is used.`,
      );
    } else log(`Python: ${found.version}`);
    return found;
  }
  throw new BuildFailure(noInterpreter(version, requires, rejected));
}

function noInterpreter(version: PythonProject['version'], requires: string | undefined, rejected: string[]): string {
  const wanted = version === undefined ? 'Python 3' : `Python ${version.minor}`;
  if (rejected.length === 0) {
    return `The Actor needs ${wanted}, and there is no Python on this machine. Install it, with its module venv, and build again.`;
  }
  const found = rejected.join(', ');
  return `The Actor requires Python ${requires}, and this machine has only ${found}. Install ${wanted}, or allow one of these versions in pyproject.toml.`;
}

/** The programs that may be interpreters, by their minor version: those on the path, of pyenv and of uv. */
async function programsOf(environment: Environment): Promise<Map<number, string[]>> {
  const home = environment.HOME ?? '';
  const pyenv = environment.PYENV_ROOT ?? path.join(home, '.pyenv');
  const folders = (environment.PATH ?? '').split(path.delimiter);
  for (const collection of [path.join(pyenv, 'versions'), path.join(home, '.local/share/uv/python')]) {
    for (const name of (await namesIn(collection)).toSorted()) folders.push(path.join(collection, name, 'bin'));
  }
  const programs = new Map<number, string[]>();
  for (const folder of new Set(folders.filter((each) => path.isAbsolute(each)))) {
    for (const name of await namesIn(folder)) {
      const minor = /^python3\.(\d+)$/.exec(name)?.[1];
      if (minor === undefined) continue;
      const list = programs.get(Number(minor)) ?? [];
      programs.set(Number(minor), [...list, path.join(folder, name)]);
    }
  }
  return programs;
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Not every program works: one of pyenv's may belong to a version that is not selected. One with venv is preferred. */
async function firstThatWorks(programs: readonly string[], minor: number): Promise<Interpreter | undefined> {
  let withoutVenv: Interpreter | undefined;
  for (const program of programs) {
    const found = await ask(program);
    if (found?.version.startsWith(`3.${minor}.`) !== true) continue;
    if (found.hasVenv) return found;
    withoutVenv ??= found;
  }
  return withoutVenv;
}

async function ask(program: string): Promise<Interpreter | undefined> {
  try {
    // Isolated: neither variables nor modules of the user change what it says.
    const { stdout } = await run(program, ['-I', '-c', query], { timeout: queryMs });
    return JSON.parse(stdout) as Interpreter;
  } catch {
    return undefined;
  }
}

const clause = /(>=|<=|==|!=|~=|>|<|\^|~)?\s*3\.(\d+)(\.\d+|\.\*)?/g;

/** Whether a specifier such as `>=3.10,<4` (PEP 440, or Poetry's `^3.10`) allows Python 3.`minor`, in its newest patch. */
export function allows(specifier: string, minor: number): boolean {
  return [...specifier.matchAll(clause)].every(([, operator = '==', text, patch]) => {
    const bound = Number(text);
    switch (operator) {
      case '>=':
        return minor >= bound;
      case '^':
        return minor >= bound;
      case '>':
        return minor > bound || (minor === bound && patch !== undefined);
      case '<=':
        return minor <= bound;
      case '<':
        return minor < bound || (minor === bound && /^\.[1-9]/.test(patch ?? ''));
      case '!=':
        return minor !== bound || (patch !== undefined && patch !== '.*');
      case '~=':
        // `~=3.10` allows all later ones, `~=3.10.2` only those of 3.10.
        return patch === undefined ? minor >= bound : minor === bound;
      default:
        return minor === bound;
    }
  });
}
