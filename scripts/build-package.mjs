/**
 * `dist/` of the package in the working directory: what an Actor outside of this workspace installs. Plain JavaScript
 * with its types, and a `package.json` of its own. Inside the workspace the TypeScript sources are used, so nothing there
 * can be stale.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = process.cwd();
const dist = path.join(folder, 'dist');
const whole = path.join(folder, 'dist.all');
for (const each of [dist, whole]) rmSync(each, { recursive: true, force: true });

// A project of its own, for the workspace's has the tests too.
const settings = { extends: path.relative(whole, path.join(root, 'tsconfig.build.json')), include: ['../src'] };
mkdirSync(whole);
writeFileSync(path.join(whole, 'tsconfig.json'), JSON.stringify({ ...settings, compilerOptions: { outDir: '.' } }));
execFileSync('tsc', ['--project', whole], { stdio: 'inherit' });
// What it imports of other packages is compiled along, and is left out: each of them is built by itself.
renameSync(path.join(whole, path.relative(path.join(root, 'packages'), folder), 'src'), dist);
rmSync(whole, { recursive: true });

const source = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
const { private: _private, scripts: _scripts, publishConfig: _publishConfig, devDependencies: _dev, ...kept } = source;
const built = (file) => file.replace(/^\.\/src\//, './').replace(/\.ts$/, '');
const exported = Object.entries(source.exports).map(([name, file]) => [
  name,
  { types: `${built(file)}.d.ts`, default: `${built(file)}.js` },
]);
writeFileSync(
  path.join(dist, 'package.json'),
  `${JSON.stringify({ ...kept, exports: Object.fromEntries(exported) }, null, 2)}\n`,
);
for (const file of ['README.md', 'LICENSE']) {
  if (existsSync(path.join(folder, file))) cpSync(path.join(folder, file), path.join(dist, file));
}
