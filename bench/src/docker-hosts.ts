import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../test/docker/hosts.sh', import.meta.url));
/** So that hosts of the tests, which are there at the same time, are left alone. */
const net = '75';
const folder = '/tmp/wherry-hosts-of-bench';
const environment = { ...process.env, WHERRY_HOSTS_NET: net, WHERRY_HOSTS_FOLDER: folder };

export interface DockerHost {
  readonly name: string;
  /** Runs Docker's client on it. Answers what that printed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Answers how many ms `docker run` takes until the first line of a program. */
  run(image: string, ...command: readonly string[]): Promise<number>;
  /** As in `DOCKER_HOST`. */
  readonly dockerHost: string;
}

export interface DockerHosts extends AsyncDisposable {
  /** The manager first. */
  readonly hosts: readonly DockerHost[];
  readonly registry: string;
  /** Where this machine is for them. */
  readonly machineAddress: string;
}

/**
 * A Swarm of Docker daemons of its own, each with a network as a machine has it.
 * @throws Error that says why there is none
 */
export async function startSwarm(count: number): Promise<DockerHosts> {
  // What a measurement that was killed has left.
  await hostsScript('down');
  // Daemons would outlive a measurement that is broken off.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      spawnSync(script, ['down'], { env: environment, stdio: 'ignore' });
      process.exit(1);
    });
  }
  try {
    const lines = (await hostsScript('swarm', String(count))).trim().split('\n');
    const machineAddress = `10.${net}.0.254`;
    return {
      hosts: lines.map((line) => hostOf(...(line.split(' ') as [string, string, string]))),
      registry: `${machineAddress}:5000`,
      machineAddress,
      [Symbol.asyncDispose]: async () => void (await hostsScript('down')),
    };
  } catch (error) {
    await hostsScript('down').catch(() => undefined);
    throw error;
  }
}

async function hostsScript(...args: readonly string[]): Promise<string> {
  try {
    return (await run(script, args, { env: environment })).stdout;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new Error(
      'NOTHING OF DOCKER IS MEASURED: no hosts could be started. It takes root, and the packages docker.io, ' +
        `docker-registry, iptables and iproute2. ${stderr.trim() || message}`,
    );
  }
}

const hostOf = (name: string, _address: string, dockerHost: string): DockerHost => ({
  name,
  dockerHost,
  docker: async (...args) => (await run('docker', ['-H', dockerHost, ...args])).stdout.trim(),
  async run(image, ...command) {
    const startedAtMs = performance.now();
    const child = spawn('docker', ['-H', dockerHost, 'run', '--rm', image, ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const isThere = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)]);
    const firstLineMs = performance.now() - startedAtMs;
    await closed;
    if (!isThere) throw new Error(`docker run ${image} printed nothing`);
    return firstLineMs;
  },
});
