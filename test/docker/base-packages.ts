/**
 * Installs what Apify's images have installed, the SDK and Crawlee, into a folder: `node base-packages.ts FOLDER`. In the
 * versions of this workspace, so that npm has nothing to do for them when a test's image is built.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceLock } from '../../packages/cli/src/actor/workspace-lock.ts';
import { linkInstalled } from '../../packages/platform/src/builds/steps/installed-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const jsonOf = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

const folder = process.argv[2]!;
const actor = path.join(root, 'actors', 'site-crawler');
const manifest = jsonOf(path.join(actor, 'package.json'));
const lock = JSON.parse((await workspaceLock({ folder: actor, manifest, sent: manifest, vendored: new Map() }))!);
const browser = jsonOf(path.join(root, 'package-lock.json')).packages['node_modules/playwright-core'];
const dependencies = { ...manifest.dependencies, 'playwright-core': browser.version };
lock.packages[''] = { dependencies };
lock.packages['node_modules/playwright-core'] = {
  version: browser.version,
  integrity: browser.integrity,
  bin: browser.bin,
};

const lockFile = path.join(folder, 'package-lock.json');
writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'base', private: true, dependencies }));
writeFileSync(lockFile, JSON.stringify(lock));
await linkInstalled({ lock: JSON.stringify(lock), from: root, to: folder, withDev: false });
const args = ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
// An Actor that has none is installed as its package.json says.
rmSync(lockFile);
