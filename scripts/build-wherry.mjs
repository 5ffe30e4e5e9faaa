/**
 * `packages/cli/dist/`: the package `wherry` as it is published, with the platform, the prover, the stand-in for TikTok
 * and the Actors of the demos inside. docs/decisions/0024-what-the-published-packages-contain.md says why it is so.
 *
 *     dist/bin/wherry.mjs   looks at the Node, then runs the program
 *     dist/lib/             the packages of the workspace, compiled, with the same paths as in packages/; the built console is in
 *                           console/dist as there
 *     dist/actors/          the demos' Actors, with the packages that they need in vendor/
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { consoleFolder, ensureConsoleBuilt } from './build-console.mjs';
import { compile, filesIn, packagesFolder, publishedManifest, readManifest, root, writeManifest } from './compile.mjs';

const cli = path.join(packagesFolder, 'cli');
const dist = path.join(cli, 'dist');
const lib = path.join(dist, 'lib');
const scope = '@wherry/';

/** The packages of the workspace that the program needs, by the names of their folders, with their manifests. */
function packagesInside() {
  const found = new Map();
  const add = (folderName) => {
    if (found.has(folderName)) return;
    const manifest = readManifest(path.join(packagesFolder, folderName));
    found.set(folderName, manifest);
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (name.startsWith(scope)) add(name.slice(scope.length));
    }
  };
  add('cli');
  return found;
}

/** What is to be installed beside it. @throws Error when two packages of the workspace ask for different versions */
function dependenciesOf(packages) {
  const needed = new Map();
  for (const { name: dependent, dependencies = {} } of packages.values()) {
    for (const [name, range] of Object.entries(dependencies)) {
      if (name.startsWith(scope)) continue;
      const known = needed.get(name);
      if (known !== undefined && known !== range) {
        throw new Error(`${dependent} asks for ${name} ${range}, another package for ${known}. Make them the same.`);
      }
      needed.set(name, range);
    }
  }
  return Object.fromEntries([...needed].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Imports of one package inside by another become imports of its file. */
function linkPackages(packages) {
  const entries = new Map(
    [...packages].flatMap(([folderName, { name, exports = {} }]) =>
      Object.entries(exports).map(([entry, file]) => [
        name + entry.slice(1),
        path.join(lib, folderName, file.replace(/\.ts$/, '.js')),
      ]),
    ),
  );
  for (const file of filesIn(lib, /\.js$/)) {
    const text = readFileSync(file, 'utf8');
    const linked = text.replaceAll(/(from |import\()'(@wherry\/[^']+)'/g, (_all, before, name) => {
      const target = entries.get(name);
      if (target === undefined) throw new Error(`${file} imports ${name}, which no package inside exports.`);
      const way = path.relative(path.dirname(file), target).split(path.sep).join('/');
      return `${before}'${way.startsWith('.') ? way : `./${way}`}'`;
    });
    if (linked !== text) writeFileSync(file, linked);
  }
}

/** @throws Error when a file is named that is not there: Node would only say so when it comes to load it */
function checkFiles() {
  for (const file of filesIn(lib, /\.js$/)) {
    const named = readFileSync(file, 'utf8').matchAll(/(?:from |import |import\(|new URL\()'(\.{1,2}\/[^']+)'/g);
    for (const [, name] of named) {
      if (!existsSync(path.resolve(path.dirname(file), name)))
        throw new Error(`${file} names ${name}, which is missing.`);
    }
  }
}

/** What is read at run time and is not compiled: all that is not TypeScript, and what goes into an image of Docker. */
function copyAssets(packages) {
  for (const folderName of packages.keys()) {
    const folder = path.join(packagesFolder, folderName);
    for (const part of ['src', 'browser'].filter((each) => existsSync(path.join(folder, each)))) {
      for (const file of filesIn(path.join(folder, part))) {
        const isForImage = existsSync(path.join(path.dirname(file), 'Dockerfile'));
        if (file.endsWith('.ts') && !isForImage) continue;
        const copy = path.join(lib, path.relative(packagesFolder, file));
        mkdirSync(path.dirname(copy), { recursive: true });
        cpSync(file, copy);
        if (isForImage) rmSync(copy.replace(/\.ts$/, '.js'), { force: true });
      }
    }
  }
}

/** @throws Error without a console: who installs the package cannot build one */
function copyConsole() {
  if (!ensureConsoleBuilt()) throw new Error('The console is part of the package, and could not be built.');
  cpSync(consoleFolder, path.join(lib, 'console', 'dist'), { recursive: true });
}

/** The demos' Actors, as `wherry export` writes them. */
function exportActors() {
  const demos = readFileSync(path.join(cli, 'src', 'demo', 'demo-kind.ts'), 'utf8');
  const names = readdirSync(path.join(root, 'actors')).filter((name) => demos.includes(`'${name}'`));
  for (const name of names) {
    const actor = path.join(root, 'actors', name);
    const wherry = path.join(cli, 'bin', 'wherry.mjs');
    execFileSync(process.execPath, [wherry, 'export', actor, path.join(dist, 'actors', name)], { stdio: 'inherit' });
  }
}

const packages = packagesInside();
const source = publishedManifest(cli);
rmSync(dist, { recursive: true, force: true });
compile([...packages.keys()], lib, source.engines.node);
for (const file of filesIn(lib, /\.d\.ts$/)) rmSync(file);
linkPackages(packages);
copyAssets(packages);
copyConsole();
// The program imports it for its version; the compiler has copied the workspace's.
writeManifest(path.join(lib, 'cli'), { name: source.name, version: source.version, private: true, type: 'module' });
mkdirSync(path.join(dist, 'bin'));
cpSync(path.join(cli, 'bin', 'published.mjs'), path.join(dist, 'bin', 'wherry.mjs'));
exportActors();
checkFiles();
writeManifest(dist, { ...source, dependencies: dependenciesOf(packages), files: ['actors', 'bin', 'lib'] });
cpSync(path.join(root, 'LICENSE'), path.join(dist, 'LICENSE'));
cpSync(path.join(cli, 'README.md'), path.join(dist, 'README.md'));
