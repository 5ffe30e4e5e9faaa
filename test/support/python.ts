import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNoPython } from '../../scripts/python-needs.mjs';

const folder = fileURLToPath(new URL('../../.tmp/python-tools', import.meta.url));

/** Installs `uv` once, in `.tmp`: with its cache a layer takes a second, with pip 20. Undefined where PyPI is not reached. */
function uvFolder(): string | undefined {
  const bin = path.join(folder, 'bin');
  if (existsSync(path.join(bin, 'uv'))) return bin;
  const partial = `${folder}-${process.pid}`;
  try {
    execFileSync('python3', ['-m', 'venv', partial], { stdio: 'ignore' });
    execFileSync(path.join(partial, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'uv'], { stdio: 'ignore' });
    mkdirSync(path.dirname(folder), { recursive: true });
    // Another test file may have been first.
    if (!existsSync(folder)) renameSync(partial, folder);
  } catch {
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return bin;
}

/** Why the tests with Python cannot run here; undefined where they can. */
export const whyNoPythonTests: string | undefined =
  whyNoPython() ?? (uvFolder() === undefined ? 'uv cannot be installed: is PyPI reached?' : undefined);

if (whyNoPythonTests !== undefined) console.warn(`*** THE TESTS WITH PYTHON ARE SKIPPED: ${whyNoPythonTests}`);

export const uvProgram = path.join(folder, 'bin', 'uv');
// The builds of a platform that a test starts find it.
process.env.PATH = [path.join(folder, 'bin'), process.env.PATH].join(path.delimiter);

const dockerfile = `FROM apify/actor-python:3.13
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . ./
CMD ["python", "-m", "src"]
`;

/** The files of an Actor whose coroutine \`main\` is in \`main\`, with the requirements one a line. */
export const pythonFiles = (main: string, requirements = 'apify>=4\n'): Record<string, string> => ({
  Dockerfile: dockerfile,
  'requirements.txt': requirements,
  'src/__init__.py': '',
  'src/main.py': main,
  'src/__main__.py': 'import asyncio\n\nfrom .main import main\n\nasyncio.run(main())\n',
});

/** The texts of all files below a folder, by their names in it. */
export async function filesBelow(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return Object.fromEntries(files.map((file, index) => [path.relative(root, file), texts[index]!]));
}
