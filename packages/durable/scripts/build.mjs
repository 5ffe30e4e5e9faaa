/**
 * `dist/`: what an Actor outside of this workspace installs. Plain JavaScript with its types, and a `package.json` of
 * its own. Inside the workspace the TypeScript sources are used, so nothing there can be stale.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(folder, 'dist');
rmSync(dist, { recursive: true, force: true });
execFileSync('tsc', ['--project', path.join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });

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
