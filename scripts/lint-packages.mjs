/**
 * `npm run lint:packages`: whether the packages, packed as npm would upload them, can be used by whoever installs them
 * (publint, attw), have what a published package must have, and bring nothing whose licence is not allowed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { filesIn, readManifest, root } from './compile.mjs';
import { licenceComplaints } from './list-licences.mjs';
import { packInto, publishedPackages } from './pack.mjs';

const mustHave = ['description', 'engines', 'exports', 'files', 'keywords', 'license', 'repository', 'version'];
const run = promisify(execFile);
const programs = path.join(root, 'node_modules', '.bin');

/** The complaint of a program that ends with an exit code; undefined when it has none. */
async function complaintOf(program, args) {
  try {
    await run(path.join(programs, program), args, { env: { ...process.env, NO_COLOR: '1' } });
    return undefined;
  } catch (error) {
    return `${program}: ${error.stdout || error.stderr || error.message}`;
  }
}

/** What is checked by no tool: the fields, and that nothing of the clone is needed or left in. */
async function contentComplaints(archive, folder) {
  await run('tar', ['--extract', '--file', archive, '--directory', folder]);
  const unpacked = path.join(folder, 'package');
  const manifest = readManifest(unpacked);
  const files = filesIn(unpacked).map((file) => path.relative(unpacked, file));
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  return [
    ...mustHave.filter((field) => manifest[field] === undefined).map((field) => `package.json has no ${field}.`),
    ...['private', 'scripts', 'devDependencies']
      .filter((field) => manifest[field] !== undefined)
      .map((field) => `package.json has ${field}, which is the workspace's.`),
    ...ranges
      .filter(([name, range]) => name.startsWith('@wherry/') || /^(?:\*|file:|link:|workspace:)/.test(range))
      .map(([name, range]) => `It depends on ${name} ${range}, which is only in the workspace.`),
    ...['LICENSE', 'README.md'].filter((name) => !files.includes(name)).map((name) => `It has no ${name}.`),
    ...files.filter((name) => /(?:^|\/)(?:test|node_modules)\/|\.test\./.test(name)).map((name) => `It has ${name}.`),
  ];
}

async function lint(name, folder) {
  const archive = await packInto(path.join(folder, 'packed'), name);
  const complaints = await Promise.all([
    complaintOf('publint', ['run', archive, '--strict']),
    // The packages are ES modules alone, which CommonJS cannot require in the Nodes before 22.
    complaintOf('attw', [archive, '--profile', 'esm-only', '--format', 'ascii', '--no-definitely-typed']),
    contentComplaints(archive, folder),
  ]);
  return [...complaints.flat(), ...licenceComplaints(`packages/${publishedPackages[name]}`)].filter(Boolean);
}

for (const name of Object.keys(publishedPackages)) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-lint-'));
  try {
    const complaints = await lint(name, folder);
    console.log(`${name}: ${complaints.length === 0 ? 'good' : `\n  ${complaints.join('\n  ')}`}`);
    if (complaints.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
