/** TypeScript sources of the workspace's packages as the JavaScript and types that published packages hold. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const packagesFolder = path.join(root, 'packages');

/**
 * What the oldest Node that `engines.node` names (as `>=20`) understands. The compiler then refuses what that Node does
 * not have, except for Node's own modules, whose types are those of the newest one.
 */
const languages = {
  20: { target: 'es2023', lib: ['es2023', 'esnext.disposable'] },
  22: { target: 'es2024', lib: ['es2024', 'esnext.collection', 'esnext.iterator', 'esnext.disposable'] },
  24: {},
};

/**
 * Compiles the `src` of these packages, and what they import of others, into `outFolder`, with the same paths as in
 * `packages/`.
 * @param names of folders in `packages/`
 * @param engine `engines.node` of the package that is published
 */
export function compile(names, outFolder, engine) {
  const language = languages[/^>=(\d+)/.exec(engine)?.[1]];
  if (language === undefined)
    throw new Error(`scripts/compile.mjs knows no language for Node ${engine}. Add it there.`);
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  const project = path.join(outFolder, 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({
      extends: path.join(root, 'tsconfig.build.json'),
      compilerOptions: { outDir: '.', ...language },
      include: names.map((name) => path.join(packagesFolder, name, 'src')),
    }),
  );
  execFileSync(path.join(root, 'node_modules', '.bin', 'tsc'), ['--project', project], { stdio: 'inherit' });
  rmSync(project);
  for (const file of filesIn(outFolder, /\.(?:js|d\.ts)$/)) {
    const text = readFileSync(file, 'utf8');
    const rewritten = withBuiltNames(text);
    if (rewritten !== text) writeFileSync(file, rewritten);
  }
}

/**
 * The compiler turns `./x.ts` into `./x.js` in the imports of JavaScript. These are the other places: imports in
 * declarations, and programs and workers that are started by their address.
 */
const withBuiltNames = (text) =>
  text
    .replaceAll(/(from |import\()(["'])(\.{1,2}\/[^"']+)\.ts\2/g, '$1$2$3.js$2')
    .replaceAll(/(new URL\()(["'])(\.{1,2}\/[^"']+)\.ts\2(, import\.meta\.url\))/g, '$1$2$3.js$2$4');

/** The files beneath a folder whose names match, with their whole paths. */
export const filesIn = (folder, pattern = /./) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));

export const readManifest = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** A source's `package.json` without what only the workspace needs. */
export function publishedManifest(folder) {
  const {
    private: _private,
    scripts: _scripts,
    publishConfig: _to,
    devDependencies: _dev,
    ...kept
  } = readManifest(folder);
  return kept;
}

export const writeManifest = (folder, manifest) =>
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
