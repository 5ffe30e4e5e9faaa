import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../test/docker/hosts.sh', import.meta.url));
/** A network of its own, so that hosts of tests that run at the same time are not touched. */
const net = '75';
const folder = '/tmp/wherry-hosts-of-bench';
const environment = { ...process.env, WHERRY_HOSTS_NET: net, WHERRY_HOSTS_FOLDER: folder };

export interface DockerHost {
  readonly name: string;
  /** Runs Docker's client on the host. Returns its output. */
  docker(...args: readonly string[]): Promise<string>;
  /** Returns how many ms `docker run` takes until the first line of a program. */
  run(image: string, ...command: readonly string[]): Promise<number>;
  /** As in `DOCKER_HOST`. */
  readonly dockerHost: string;
}

export interface DockerHosts extends AsyncDisposable {
  /** The manager first. */
  readonly hosts: readonly DockerHost[];
  readonly registry: string;
  /** The address of this machine in their network. */
  readonly machineAddress: string;
}

/**
 * Starts a Swarm of Docker daemons, each with a network like a machine's.
 * @throws Error that says why it could not be started
 */
export async function startSwarm(count: number): Promise<DockerHosts> {
  // Removes what a killed measurement has left.
  await hostsScript('down');
  // Daemons would outlive an interrupted measurement.
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
      'DOCKER IS NOT MEASURED: no hosts could be started. This needs root, and the packages docker.io, ' +
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
