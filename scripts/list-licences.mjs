/**
 * `npm run licences`: name, version and licence of every package of others that the published `wherry` brings, by the
 * lock file, and of what is bundled into the console, by the file `licences.md` that its build makes. Fails for a licence that is not in the list below, and for a package that names none.
 *
 *     npm run licences -- bench    the same of another folder of the workspace
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { consoleFolder, ensureConsoleBuilt, licencesName } from './build-console.mjs';
import { readManifest, root } from './compile.mjs';

/** Licences that allow to pass a program on under the Apache License 2.0, with their notices. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

const { packages: lock } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

/** Where Node finds `name` from a place of the lock file; undefined when it is not installed. */
function placeOf(name, from) {
  for (let folder = from; ; folder = folder.includes('/') ? path.posix.dirname(folder) : '') {
    const place = path.posix.join(folder, 'node_modules', name);
    const entry = lock[place];
    if (entry !== undefined) return entry.link ? entry.resolved : place;
    if (folder === '') return undefined;
  }
}

/** All places that are installed with the package in this one. */
function placesBelow(start) {
  const found = new Set();
  const add = (place) => {
    if (found.has(place)) return;
    found.add(place);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = lock[place];
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta[name]?.optional !== true);
    const optional = Object.keys(optionalDependencies ?? {});
    for (const name of [...Object.keys(dependencies ?? {}), ...optional, ...peers]) {
      const next = placeOf(name, place);
      if (next !== undefined) add(next);
      // Of an optional one that is not for this machine the lock file has the entry all the same.
      else if (!optional.includes(name)) throw new Error(`${place} needs ${name}, which the lock file does not have.`);
    }
  };
  add(start);
  return found;
}

/** As the package says it, in whichever of the forms that have been in use; undefined for none. */
function licenceOf(place) {
  const folder = path.join(root, place);
  const { license, licenses } = existsSync(folder) ? readManifest(folder) : lock[place];
  const named = license ?? licenses;
  const each = (Array.isArray(named) ? named : [named]).map((one) => one?.type ?? one);
  return each.some((one) => typeof one !== 'string') ? undefined : each.join(' OR ');
}

/** Of an expression of SPDX without nesting, such as `(MIT OR GPL-3.0)`. */
const isAllowed = (licence) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.has(one.trim())));

const program = 'packages/cli';

/** What is in the files of the console. @throws Error when it cannot be built */
function licencesInConsole() {
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built, so what it has of others is not known.');
  const text = readFileSync(path.join(consoleFolder, licencesName), 'utf8');
  const headings = [...text.matchAll(/^## (\S+) - (\S+)(?: \((.*)\))?$/gm)];
  if (headings.length === 0)
    throw new Error(`${licencesName} of the console names nothing. Has Vite changed its form?`);
  return headings.map(([, name, version, licence]) => ({
    name: `${name} (in the console)`,
    version,
    licence,
    isAllowed: licence !== undefined && isAllowed(licence),
  }));
}

function licencesOf(start) {
  const places = [...placesBelow(start)].filter((place) => place.includes('node_modules/'));
  return places
    .map((place) => {
      const licence = licenceOf(place);
      const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { name, version: lock[place].version, licence, isAllowed: licence !== undefined && isAllowed(licence) };
    })
    .concat(start === program ? licencesInConsole() : [])
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The complaints about a folder of the workspace. */
export const licenceComplaints = (start) =>
  licencesOf(start)
    .filter((each) => !each.isAllowed)
    .map(({ name, version, licence }) => `${name} ${version}: ${licence ?? 'names no licence'}`);

if (import.meta.main) {
  const start = process.argv[2] ?? program;
  for (const { name, version, licence } of licencesOf(start)) console.log(`${name} ${version}: ${licence ?? '?'}`);
  const complaints = licenceComplaints(start);
  for (const each of complaints) console.error(`Not in the list of scripts/list-licences.mjs: ${each}`);
  if (complaints.length > 0) process.exitCode = 1;
}
