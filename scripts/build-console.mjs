/**
 * Builds the console, `packages/console/dist`, unless what is there was built from the same sources and packages: before
 * `npm start` and before `npm test`. Beside each file that compresses well it puts `NAME.br` and `NAME.gz`, which the platform serves.
 *
 * Plain JavaScript that Node 20 runs. Vite runs under the Node of the workspace.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root } from './install.mjs';

const folder = path.join(root, 'packages', 'console');
/** Where it is when it is built. */
export const consoleFolder = path.join(folder, 'dist');
/** What the console there was built from. The platform does not serve it. */
const digestFile = path.join(consoleFolder, 'build-digest');
export const licencesName = 'licences.md';
const notSources = new Set(['dist', 'node_modules', 'test', 'README.md']);

const filesBelow = (start) =>
  readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    // Node 20 before 20.12 has another name for it.
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();

/** Of the sources with their settings, of the packages that npm has installed, and of this script. */
function digestOfSources() {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !notSources.has(name));
  const sources = entries.flatMap((entry) => {
    const each = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(each) : [each];
  });
  const around = ['package-lock.json', 'tsconfig.json'].map((name) => path.join(root, name));
  const digest = createHash('sha256');
  for (const file of [...sources.sort(), ...around, fileURLToPath(import.meta.url)]) {
    digest.update(`${path.relative(root, file)}\0`);
    digest.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return digest.digest('hex');
}

/** A small file has no use for it, and images are compressed already. */
const compresses = (file, bytes) => bytes > 1024 && /\.(?:css|html|js|json|svg|txt|webmanifest)$/.test(file);

function compress(built) {
  for (const file of filesBelow(built)) {
    const content = readFileSync(file);
    // The page has another nonce in each response.
    if (!compresses(file, content.length) || path.basename(file) === 'index.html') continue;
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    for (const [extension, variant] of [
      ['.br', brotliCompressSync(content, { params })],
      ['.gz', gzipSync(content, { level: 9 })],
    ]) {
      if (variant.length < content.length) writeFileSync(file + extension, variant);
    }
  }
}

/** With the licences of what goes into the bundle, which have to be passed on with it. */
function programOf(outDir) {
  const options = { logLevel: 'warn', build: { outDir, emptyOutDir: true, license: { fileName: licencesName } } };
  return `import { build } from 'vite'; await build(${JSON.stringify(options)});`;
}

/** So often another process may be faster. */
const maxTries = 100;

/**
 * Puts a folder in the place of another one, which need not exist. Of several processes that do this at once each succeeds, and
 * whoever looks finds a whole folder, or none for a moment.
 */
export function replaceFolder(folder, by) {
  const former = `${by}-former`;
  for (let tries = 1; ; tries += 1) {
    try {
      renameSync(folder, former);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    rmSync(former, { recursive: true, force: true });
    try {
      renameSync(by, folder);
      return;
    } catch (error) {
      // Another process was faster.
      if (tries === maxTries || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}

/** Builds into a folder of its own, so that no other process finds a half of it. Returns why it failed, if it did. */
function build(digest) {
  const built = path.join(root, 'node_modules', '.cache', `wherry-console-${process.pid}`);
  const pinnedNode = path.join(root, 'node_modules', '.bin', 'node');
  // In an image there is no other Node than the right one.
  const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
  try {
    // The output goes to stderr, so that the output of `wherry start --json` stays valid.
    const { status, error } = spawnSync(node, ['--input-type=module', '--eval', programOf(built)], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    if (error !== undefined) return error.message;
    if (status !== 0) return 'Vite says why above';
    compress(built);
    writeFileSync(path.join(built, path.basename(digestFile)), digest);
    replaceFolder(consoleFolder, built);
    return undefined;
  } catch (error) {
    // Such as a folder that this user may not write.
    return error.message;
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

const isBuiltFrom = (digest) => existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest;

/** Returns whether the console is there. The platform works without, so a failure is only told. */
export function ensureConsoleBuilt() {
  // A part of the repository may be taken without it.
  if (!existsSync(folder)) return false;
  const digest = digestOfSources();
  if (isBuiltFrom(digest)) return true;
  console.error('Building the console; this happens once and after each update.');
  const failure = build(digest);
  // Another process may have built it at the same time.
  if (failure === undefined || isBuiltFrom(digest)) return true;
  console.error(`wherry: the console could not be built (${failure}). The platform works without it.`);
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !ensureConsoleBuilt()) process.exitCode = 1;
