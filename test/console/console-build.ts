import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../packages/console/', import.meta.url));

const newestMs = (...names: string[]): number =>
  Math.max(
    ...names.flatMap((name) => {
      const whole = path.join(folder, name);
      const entries = statSync(whole, { throwIfNoEntry: false })?.isDirectory()
        ? readdirSync(whole, { recursive: true, withFileTypes: true })
        : [];
      const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
      return [0, ...[whole, ...files].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)];
    }),
  );

/** Builds the console when a source is newer than what is built. */
export async function ensureConsoleBuilt(): Promise<void> {
  if (newestMs('dist') > newestMs('src', 'public', 'index.html', 'vite.config.ts', 'package.json')) return;
  execFileSync('npx', ['vite', 'build', '--logLevel', 'warn'], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
