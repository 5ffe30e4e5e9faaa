/**
 * A site of a few pages on a machine of its own, which neither the platform nor its containers are on: the proxy makes no
 * direct connection to the platform's machine [proxy-3]. The machine is a network namespace of `hosts.sh`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { namespaceOf, swarmHosts } from './swarm-host.ts';

const program = fileURLToPath(new URL('./site-process.ts', import.meta.url));
/** The last host has the least to do. */
const number = 3;

export interface SiteElsewhere extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Whether `/hold` was requested. */
  isHeld(): Promise<boolean>;
  /** Serves what waits for `/hold`, and what requests it from now on. */
  release(): Promise<void>;
}

export async function startSiteElsewhere(): Promise<SiteElsewhere> {
  const node = ['--disable-warning=ExperimentalWarning', program];
  const child = spawn('nsenter', [`--net=${namespaceOf(number)}`, process.execPath, ...node], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = `http://${swarmHosts![number - 1]!.address}:${port}`;
  const control = async (path: string) => (await fetch(`${url}/control/${path}`)).text();
  return {
    url,
    isHeld: async () => (await control('is-held')) === 'true',
    release: async () => void (await control('release')),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      // It ends with its input, also when the tests are killed.
      child.stdin.end();
      await ended;
    },
  };
}
