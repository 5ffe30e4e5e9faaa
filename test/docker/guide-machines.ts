import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const script = path.join(root, 'test/docker/hosts.sh');
/** A set of machines for itself: they begin without a Swarm. */
const net = '73';
const sharedFolder = process.env.WHERRY_HOSTS_FOLDER ?? '/tmp/wherry-hosts';
const folder = `${sharedFolder}-of-guide`;
/** The base image is that of the other tests. */
const base = path.join(sharedFolder, 'base.tar');

const registryFiles = {
  'config.yml':
    'version: 0.1\nstorage: { filesystem: { rootdirectory: /var/lib/registry } }\nhttp: { addr: ":5000" }\n',
  Dockerfile: `FROM apify/actor-node:24
COPY registry /bin/registry
COPY config.yml /etc/docker/registry/config.yml
VOLUME /var/lib/registry
ENTRYPOINT ["/bin/registry"]
CMD ["serve", "/etc/docker/registry/config.yml"]
`,
};

/** The machines of a guide: Docker hosts of `hosts.sh`, each with a network and a name of its own. */
export class GuideMachines implements AsyncDisposable {
  readonly names = [1, 2, 3].map((number) => `wherry-host-${number}`);
  /** This machine's address among them. */
  readonly ownAddress = `10.${net}.0.254`;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(environment: NodeJS.ProcessEnv) {
    const ofHosts = { WHERRY_HOSTS_NET: net, WHERRY_HOSTS_FOLDER: folder, WHERRY_HOSTS_BASE: base };
    this.#environment = { ...process.env, ...environment, ...ofHosts };
  }

  /** @param environment what commands have besides */
  static async start(environment: NodeJS.ProcessEnv): Promise<GuideMachines> {
    const machines = new GuideMachines(environment);
    await machines.#script('down');
    await machines.#script('up', String(machines.names.length));
    return machines;
  }

  /** A text of the guide, with the names and addresses that the machines have here. */
  inPlace(text: string): string {
    return text.replaceAll('machine-', 'wherry-host-').replaceAll('10.0.0.', `10.${net}.0.`);
  }

  /** Runs a command of a shell on one. Answers its output. */
  on(name: string, command: string): Promise<string> {
    return this.#script('on', name, 'bash', '-c', command);
  }

  /** Starts a command that goes on, and answers once it has written a text. */
  async startOn(name: string, command: string, until: string): Promise<ChildProcess> {
    const child = spawn(script, ['on', name, 'bash', '-c', command], {
      cwd: root,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, for Ctrl-C is for all that a terminal's command has started.
      detached: true,
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        output += chunk;
        if (output.includes(until)) resolve();
      };
      child.stdout!.on('data', onData);
      child.stderr!.on('data', onData);
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
    });
    return child;
  }

  /** Gives a daemon what it can take over while it works. Answers what it had. */
  async configure(name: string, config: object): Promise<object> {
    const file = path.join(folder, name, 'config.json');
    const before = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify(config));
    process.kill(Number(await readFile(path.join(folder, name, 'docker.pid'), 'utf8')), 'SIGHUP');
    return before;
  }

  /** `registry:2`, which cannot be fetched everywhere: the same program, from this machine. */
  async makeRegistryImage(context: string): Promise<void> {
    await mkdir(context);
    const { stdout: program } = await run('bash', ['-c', 'type -P docker-registry']);
    await copyFile(program.trim(), path.join(context, 'registry'));
    for (const [name, text] of Object.entries(registryFiles)) await writeFile(path.join(context, name), text);
    await this.on(this.names[0]!, `docker build --quiet --tag registry:2 ${context}`);
  }

  async setCable(name: string, state: 'up' | 'down'): Promise<void> {
    await run('ip', ['link', 'set', `wh-${net}-${name.at(-1)}`, state]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#script('down');
  }

  async #script(...args: readonly string[]): Promise<string> {
    return (await run(script, args, { cwd: root, env: this.#environment })).stdout;
  }
}

/** As a terminal does it. Answers once the command has ended. */
export async function pressCtrlC(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid!, 'SIGINT');
  await ended;
}
