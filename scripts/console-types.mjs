/**
 * Writes the types of the two APIs for the console: `node scripts/console-types.mjs FILE`, where FILE is Apify's description of its
 * API (https://docs.apify.com/api/openapi.json, Apache-2.0). Without FILE, only those of Wherry's own API.
 *
 * openapi-typescript asks for another TypeScript than this project has, so npx installs both apart.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const target = path.join(root, 'packages/console/src/api');

/** Prose and examples: the types are facts, the texts are Apify's. */
const prose = new Set(['description', 'summary', 'example', 'examples', 'title', 'x-codeSamples', 'x-code-samples']);

/** @param isNames whether the keys of `value` are names that the description gives, and not its own words */
function withoutProse(value, isNames = false) {
  if (Array.isArray(value)) return value.map((each) => withoutProse(each));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isNames || !prose.has(key))
      .map(([key, each]) => [key, withoutProse(each, !isNames && ['properties', 'schemas', 'paths'].includes(key))]),
  );
}

function write(source, name, { strips }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'wherry-types-'));
  try {
    const description = JSON.parse(readFileSync(source, 'utf8'));
    const input = path.join(folder, 'description.json');
    writeFileSync(input, JSON.stringify(strips ? withoutProse(description) : description));
    const packages = ['--package', 'openapi-typescript@7.13.0', '--package', 'typescript@5.9.3'];
    const output = path.join(target, name);
    execFileSync('npx', ['--yes', ...packages, 'openapi-typescript', input, '--output', output], {
      cwd: folder,
      stdio: 'inherit',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [apify] = process.argv.slice(2);
if (apify !== undefined) write(apify, 'apify-v2.d.ts', { strips: true });
write(path.join(root, 'packages/platform/src/api/about/wherry-v1.openapi.json'), 'wherry-v1.d.ts', { strips: false });
