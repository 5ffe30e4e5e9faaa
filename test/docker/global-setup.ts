import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where Docker cannot start: the tests are skipped then. */
    dockerHost: string | undefined;
  }
}

const script = fileURLToPath(new URL('./hosts.sh', import.meta.url));
const run = promisify(execFile);

/** A Docker host of the tests' own, for as long as they run. In CI it must start. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  try {
    provide('dockerHost', (await run(script, ['up'])).stdout.trim());
  } catch (error) {
    if (process.env.CI) throw error;
    const { stderr = '' } = error as { stderr?: string };
    process.stderr.write(`\n*** THE DOCKER TESTS ARE SKIPPED: no Docker host could be started. ${stderr}\n\n`);
    provide('dockerHost', undefined);
  }
  return async () => {
    // A developer who started it wants to keep it.
    if (!process.env.WHERRY_KEEP_HOSTS) await run(script, ['down']);
  };
}
