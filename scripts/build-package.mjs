/**
 * `dist/` of the library in the working directory: what is published, and what an Actor outside of this workspace
 * installs. Plain JavaScript with its types, and a `package.json` of its own. Inside the workspace the TypeScript sources
 * are used, so nothing there can be stale.
 */
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { compile, packagesFolder, publishedManifest, root, writeManifest } from './compile.mjs';

const folder = process.cwd();
const dist = path.join(folder, 'dist');
const whole = path.join(folder, 'dist.all');
const source = publishedManifest(folder);
const name = path.relative(packagesFolder, folder);

compile([name], whole, source.engines.node);
// What it imports of other packages is compiled along, and is left out: each of them is built by itself.
rmSync(dist, { recursive: true, force: true });
renameSync(path.join(whole, name, 'src'), dist);
rmSync(whole, { recursive: true });

const built = (file) => file.replace(/^\.\/src\//, './').replace(/\.ts$/, '');
const exported = Object.entries(source.exports).map(([entry, file]) => [
  entry,
  { types: `${built(file)}.d.ts`, default: `${built(file)}.js` },
]);
writeManifest(dist, {
  ...source,
  exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
  types: `${built(source.exports['.'])}.d.ts`,
  files: ['**/*.js', '**/*.d.ts'],
});
cpSync(path.join(root, 'LICENSE'), path.join(dist, 'LICENSE'));
const readme = path.join(folder, 'README.md');
if (existsSync(readme)) cpSync(readme, path.join(dist, 'README.md'));
