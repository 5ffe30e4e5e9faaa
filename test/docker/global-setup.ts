import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where Docker cannot start: the tests are skipped then. */
    dockerHost: string | undefined;
    /** Three, joined to a Swarm that the first one manages; undefined likewise. */
    swarmHosts: readonly SwarmHost[] | undefined;
  }
}

export interface SwarmHost {
  readonly name: string;
  readonly address: string;
  /** As in `DOCKER_HOST`. */
  readonly dockerHost: string;
}

const script = fileURLToPath(new URL('./hosts.sh', import.meta.url));
const run = promisify(execFile);

const hostsOf = (lines: string): SwarmHost[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string, string])
    .map(([name, address, dockerHost]) => ({ name, address, dockerHost }));

/** Docker hosts of the tests' own, for as long as they run. In CI they must start. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  try {
    provide('dockerHost', (await run(script, ['up'])).stdout.trim());
    provide('swarmHosts', hostsOf((await run(script, ['swarm', '3'])).stdout));
  } catch (error) {
    if (process.env.CI) throw error;
    const { stderr = '' } = error as { stderr?: string };
    process.stderr.write(`\n*** THE DOCKER TESTS ARE SKIPPED: no Docker host could be started. ${stderr}\n\n`);
    provide('dockerHost', undefined);
    provide('swarmHosts', undefined);
  }
  return async () => {
    // A developer who started it wants to keep it.
    if (!process.env.WHERRY_KEEP_HOSTS) await run(script, ['down']);
  };
}
