/**
 * Builds a Python Actor for the process engine: its packages are in a virtual environment, `.venv` in the build's folder
 * links to it, and the command runs in it as it would run in Apify's image.
 */
import { rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../find-program.ts';
import type { Layers } from '../layers.ts';
import type { StartCommand } from '../start-command.ts';
import { browsersName } from './python-browsers.ts';
import { findInterpreter } from './python-interpreter.ts';
import { installPackages, layerKeyOf, venvName } from './python-packages.ts';
import type { PythonProject } from './python-project.ts';

export interface PythonWork {
  readonly folder: string;
  readonly project: PythonProject;
  readonly layers: Layers;
  readonly buildId: string;
  readonly useCache: boolean;
  /** The environment of the build's commands. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Called before the build's folder links to the layer `key`. */
  readonly nameDependencies: (key: string) => Promise<void>;
}

/** Resolves with the command that starts the Actor. */
export async function buildPython(work: PythonWork): Promise<StartCommand> {
  const { folder, project, layers, environment, log } = work;
  const interpreter = await findInterpreter(project, environment, log);
  const installation = { folder, project, interpreter, environment };
  const key = await layerKeyOf(installation, work);
  await work.nameDependencies(key);
  const layer = await layers.ensure(key, work, (partial, complete, shared) =>
    installPackages(installation, { partial, layer: complete }, shared),
  );
  const link = path.join(folder, '.venv');
  await rm(link, { recursive: true, force: true });
  await symlink(path.join(layer, venvName), link);
  return startCommandOf(project.command, environment);
}

/**
 * Sets what Apify's images set; variables of the Actor itself take precedence. A folder of browsers is there when the build
 * has found one.
 */
function startCommandOf(
  command: PythonProject['command'],
  environment: Readonly<Record<string, string>>,
): StartCommand {
  const driver = findProgram('chromedriver', environment);
  const script = [
    unlessSet('PYTHONUNBUFFERED', '1'),
    unlessSet('PYTHONDONTWRITEBYTECODE', '1'),
    'export VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH"',
    `[ ! -d .venv/${browsersName} ] || ${unlessSet('PLAYWRIGHT_BROWSERS_PATH', `$VIRTUAL_ENV/${browsersName}`)}`,
    ...(driver === undefined ? [] : [unlessSet('SE_CHROMEDRIVER', driver)]),
    typeof command === 'string' ? command : 'exec "$@"',
  ].join('\n');
  return { file: '/bin/sh', args: ['-c', script, ...(typeof command === 'string' ? [] : ['sh', ...command])] };
}

const unlessSet = (name: string, value: string) => `export ${name}="\${${name}-${value}}"`;

/** Variables of the platform's environment that pip, uv and Poetry read. */
export function pythonVariables(platform: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const wanted = /^(?:PIP_|UV_|POETRY_|PYENV_ROOT$|REQUESTS_CA_BUNDLE$|CURL_CA_BUNDLE$|SSL_CERT_DIR$)/;
  const kept = Object.entries(platform).filter(([name, value]) => wanted.test(name) && value !== undefined);
  // The interpreter is one of this machine: see python-interpreter.ts.
  return { ...(Object.fromEntries(kept) as Record<string, string>), UV_PYTHON_DOWNLOADS: 'never' };
}
