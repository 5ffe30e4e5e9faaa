/** What befalls the hosts of `test/docker/hosts.sh`: only tests that run alone may do it (`vitest.config.ts`). */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostsNetwork, namespaceOf, swarmHosts } from '../swarm-host.ts';

const run = promisify(execFile);
const hosts = fileURLToPath(new URL('../../../../../test/docker/hosts.sh', import.meta.url));

/** By its number, from 1; the first is the manager. */
const hostOf = (number: number) => swarmHosts![number - 1]!;
const linkOf = (number: number) => `wh-${hostsNetwork}-${number}`;

export async function killDaemon(number: number): Promise<void> {
  const pidFile = path.join(path.dirname(hostOf(number).dockerHost.replace('unix://', '')), 'docker.pid');
  process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
}

/** Starts the daemons again that do not answer. */
export async function startDaemons(): Promise<void> {
  await run(hosts, ['swarm', String(swarmHosts!.length)]);
}

/** Pulls a host's cable, and plugs it in again at the end. */
export async function cutOff(number: number): Promise<AsyncDisposable> {
  await run('ip', ['link', 'set', linkOf(number), 'down']);
  return {
    async [Symbol.asyncDispose]() {
      await run('ip', ['link', 'set', linkOf(number), 'up']);
    },
  };
}

/** Lets a host and the manager not hear each other, until the end; the host reaches all else. */
export async function cutOffFromManager(number: number): Promise<AsyncDisposable> {
  const { address } = hostOf(1);
  const rules = [
    ['OUTPUT', '-d', address, '-j', 'DROP'],
    ['INPUT', '-s', address, '-j', 'DROP'],
  ];
  const change = async (what: string) => {
    for (const rule of rules) await run('nsenter', [`--net=${namespaceOf(number)}`, 'iptables', what, ...rule]);
  };
  await change('-I');
  return { [Symbol.asyncDispose]: () => change('-D') };
}
