import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { whyNoDocker } from '../../scripts/docker-needs.mjs';

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

interface Hosts {
  readonly plain: string;
  readonly swarm: readonly SwarmHost[];
}

/** Undefined, with a line that says so, where they cannot start; in CI they must. */
async function startHosts(): Promise<Hosts | undefined> {
  try {
    const missing = whyNoDocker();
    if (missing !== undefined) throw new Error(missing);
    const plain = (await run(script, ['up'])).stdout.trim();
    return { plain, swarm: hostsOf((await run(script, ['swarm', '3'])).stdout) };
  } catch (error) {
    if (process.env.CI) throw error;
    const { stderr, message } = error as Error & { stderr?: string };
    process.stderr.write(`\n*** THE DOCKER TESTS ARE SKIPPED: ${stderr ?? message}\n\n`);
    return undefined;
  }
}

/** Each project of Vitest's loads this file anew, in the same process: they share the hosts. */
const shared = globalThis as { wherryHosts?: Promise<Hosts | undefined> };

/** Docker hosts of the tests' own, for as long as they run. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  shared.wherryHosts ??= startHosts();
  const hosts = await shared.wherryHosts;
  provide('dockerHost', hosts?.plain);
  provide('swarmHosts', hosts?.swarm);
  return async () => {
    // A developer who started it wants to keep it.
    if (!process.env.WHERRY_KEEP_HOSTS) await run(script, ['down']);
  };
}
