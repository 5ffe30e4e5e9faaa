/**
 * The image of the platform, as "Operate a platform" builds, starts, backs up and upgrades it, in place of whose names and
 * addresses come those of the test's hosts. The base image is made from this machine, since none can be fetched everywhere.
 */
import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApifyClient } from 'apify-client';
import { expect, inject, onTestFinished, test } from 'vitest';
import { counterFiles } from '../../packages/platform/test/docker/counter.ts';
import { openBench } from '../../packages/platform/test/docker/docker-host.ts';
import { freePort, machineAddress, openSwarmBench } from '../../packages/platform/test/docker/swarm-host.ts';
import { deployFiles } from '../support/deploy.ts';
import { commandBlocks } from '../support/operate-guide.ts';
import { until } from '../support/until.ts';
import { runArguments } from './compose-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hosts = path.join(root, 'test/docker/hosts.sh');
const call = promisify(execFile);
const container = 'wherry-platform-1';
/** User and group of the platform in its container. */
const userId = 1000;
/** Beside its base, in bytes. */
const mostOwnBytes = 150_000_000;

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-image-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One shell of a reader of the guide: what a command exports, the next ones have. */
class Shell {
  readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = { ...process.env, ...environment };
  }

  async docker(...args: string[]): Promise<string> {
    return (await call('docker', args, { cwd: root, env: this.environment, maxBuffer: 1 << 26 })).stdout.trim();
  }

  async perform(command: string): Promise<string> {
    const exported = /^export (\w+)=/.exec(command)?.[1];
    const line = exported === undefined ? command : `${command}; printf %s "$${exported}"`;
    const options = { cwd: root, env: this.environment, maxBuffer: 1 << 26 };
    const { stdout } = await call('bash', ['-e', '-c', line], options).catch((error: Error & { stdout?: string }) => {
      // A build says there why it failed.
      throw new Error(`${error.message}\n${error.stdout?.slice(-3000)}`);
    });
    if (exported !== undefined) this.environment[exported] = stdout;
    return stdout;
  }

  /** As `docker compose … up --detach`: a container of another image is replaced. */
  async composeUp(): Promise<void> {
    if ((await this.docker('ps', '--all', '--quiet', '--filter', `name=${container}`)) !== '') {
      await this.docker('stop', container);
      await this.docker('rm', container);
    }
    const [run, ...args] = await runArguments(this.environment);
    await this.docker(run!, '--health-interval', '1s', ...args);
  }
}

const upCommand = 'docker compose --file deploy/compose.yaml up --detach';
const execCommand = 'docker compose --file deploy/compose.yaml exec platform';

/** Performs the guide's blocks for a container; `built` is how many images were built until now. */
class ContainerReader {
  readonly #shell: Shell;
  readonly #socket: string;
  #built = 0;

  constructor(shell: Shell, socket: string) {
    this.#shell = shell;
    this.#socket = socket;
  }

  async perform(command: string): Promise<string> {
    if (command === upCommand) {
      await this.#shell.composeUp();
      return '';
    }
    this.#built += command.startsWith('docker build') ? 1 : 0;
    const inPlace = command
      .replace(execCommand, `docker exec ${container}`)
      .replace('/var/run/docker.sock', this.#socket)
      // The label makes another image of the same sources, as an upgrade has one.
      .replace(
        'docker build',
        `docker build --network host --build-arg NODE_IMAGE=apify/actor-node:24 --label built=${this.#built}`,
      );
    return this.#shell.perform(inPlace);
  }
}

/** A run that numbers items, and commits each with its number. */
async function startCounting(url: string, token: string) {
  const client = new ApifyClient({ baseUrl: url, token, maxRetries: 0 });
  const { actorId } = await deployFiles(client, 'counter', counterFiles);
  const run = await client.actor(actorId).start(undefined, { memory: 256 });
  /** Undefined while the platform is away. */
  const count = () =>
    client
      .dataset(run.defaultDatasetId)
      .get()
      .then(
        (dataset) => dataset?.itemCount,
        () => undefined,
      );
  return {
    async progress() {
      const before = await until('the run can be read', count);
      await until('it has pushed five more items', async () => ((await count()) ?? 0) >= before + 5);
    },
    /** Ends it; it must have counted without a gap or a repetition. */
    async expectCounted() {
      expect((await client.run(run.id).get())!.status).toBe('RUNNING');
      await client.run(run.id).abort();
      const numbers = (await client.dataset<{ next: number }>(run.defaultDatasetId).listItems()).items.map(
        ({ next }) => next,
      );
      expect(numbers).toEqual(Array.from(numbers, (_, index) => index));
    },
  };
}

const isReady = (url: string) =>
  fetch(`${url}/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

test.skipIf(inject('dockerHost') === undefined)(
  'the image is built, is healthy without rights, runs Actors, is backed up, and is upgraded while a run goes on',
  async () => {
    await using bench = openBench();
    const socket = inject('dockerHost')!.replace('unix://', '');
    const port = await freePort();
    const backups = await emptyFolder();
    await chown(backups, userId, userId);
    const shell = new Shell({
      DOCKER_HOST: inject('dockerHost')!,
      DOCKER_SOCKET: socket,
      WHERRY_PORT: String(port),
      BACKUPS: backups,
    });
    const reader = new ContainerReader(shell, socket);
    // Before the bench, which removes what the platform has made.
    await using ends = new AsyncDisposableStack();
    ends.defer(async () => {
      const left = [
        ['rm', '--force', container],
        ['volume', 'rm', 'wherry_data'],
        ['rmi', '--force', 'wherry'],
      ];
      for (const what of left) await shell.docker(...what).catch(() => undefined);
    });
    const [install, backup, upgrade] = (await commandBlocks()).filter(({ where }) => where === 'docker');

    const outputs: string[] = [];
    for (const command of install!.commands) {
      // So that the bench finds what the platform makes, and removes it.
      if (command === upCommand) {
        const write = ['--entrypoint', 'sh', 'wherry', '-c', `printf ${bench.platformId} > /data/platform-id`];
        await shell.docker('run', '--rm', '--volume', 'wherry_data:/data', ...write);
      }
      // The platform is not up at once.
      const isExec = command.startsWith(execCommand);
      const perform = () => reader.perform(command);
      const succeed = () => until(`\`${command}\` succeeds`, () => perform().catch(() => undefined));
      outputs.push(await (isExec ? succeed() : perform()));
    }
    const token = outputs.at(-2)!.trim();
    expect(outputs.at(-1)).toContain('docker');
    expect(await shell.docker('exec', container, 'id', '-u')).toBe(String(userId));
    const sizeOf = async (image: string) =>
      Number(await shell.docker('image', 'inspect', '--format', '{{.Size}}', image));
    expect((await sizeOf('wherry')) - (await sizeOf('apify/actor-node:24'))).toBeLessThan(mostOwnBytes);
    const health = () => shell.docker('inspect', '--format', '{{.State.Health.Status}}', container);
    await until('Docker finds it healthy', async () => (await health()) === 'healthy');

    const url = `http://127.0.0.1:${port}`;
    const counting = await startCounting(url, token);
    await counting.progress();
    for (const command of backup!.commands) await reader.perform(command);
    expect(await readdir(backups)).toEqual([expect.stringMatching(/\.tar$/)]);

    const imageOf = () => shell.docker('inspect', '--format', '{{.Image}}', container);
    const formerImage = await imageOf();
    for (const command of upgrade!.commands) await reader.perform(command);
    expect(await imageOf()).not.toBe(formerImage);
    await counting.progress();
    await counting.expectCounted();
    await shell.docker('stop', container);
    // It was ended in good order: by SIGTERM, within the time for it.
    expect(await shell.docker('inspect', '--format', '{{.State.ExitCode}}', container)).toBe('0');
  },
);

/**
 * Has the image on the manager. The plain host builds it where there is one, since it has the layers of the test above: to install
 * all packages once more takes longer than the rest of the test.
 */
async function bringImage(onManager: (...commands: string[]) => Promise<string>): Promise<void> {
  const build = 'docker build --network host --build-arg NODE_IMAGE=apify/actor-node:24 --file deploy/Dockerfile';
  const plainHost = inject('dockerHost');
  if (plainHost === undefined) {
    await onManager(`${build} --tag wherry .`);
    return;
  }
  const image = 'wherry-for-swarm';
  const shell = new Shell({ DOCKER_HOST: plainHost });
  await shell.perform(`${build} --tag ${image} .`);
  try {
    await onManager(`docker -H ${plainHost} save ${image} | docker load`, `docker tag ${image} wherry`);
  } finally {
    await shell.docker('rmi', image);
  }
}

test.skipIf(inject('swarmHosts') === undefined)(
  'the stack file brings the platform up on a Swarm, and an update of its service leaves a run at work',
  async () => {
    const [manager] = inject('swarmHosts')!;
    const port = await freePort();
    await using bench = openSwarmBench(port);
    const data = await emptyFolder();
    const registry = `${machineAddress}:5000`;
    const shell = new Shell({ WHERRY_FOLDER: data, WHERRY_PORT: String(port), WHERRY_BUILD_NETWORK: 'host' });
    const onManager = async (...commands: string[]) =>
      (
        await call(hosts, ['on', manager!.name, 'bash', '-e', '-c', commands.join('\n')], {
          cwd: root,
          env: shell.environment,
        })
      ).stdout;
    const inContainer = () =>
      onManager('docker ps --quiet --filter label=com.docker.swarm.service.name=wherry_platform');
    // Before the bench, which removes what the platform has made.
    await using ends = new AsyncDisposableStack();
    ends.defer(async () => {
      await onManager('docker stack rm wherry');
      await until('the platform has ended', async () => (await inContainer()).trim() === '');
      await onManager(`docker node update --label-rm wherry ${manager!.name}`);
      await onManager(`docker rmi --force wherry ${registry}/wherry wherry-for-swarm || true`);
    });
    await bringImage(onManager);
    // A new container counts as running once it was found healthy, and the first time is after one interval.
    const stack = path.join(await emptyFolder(), 'stack.yaml');
    const text = await readFile(path.join(root, 'deploy/stack.yaml'), 'utf8');
    await writeFile(stack, text.replace('interval: 30s', 'interval: 1s'));
    await writeFile(path.join(data, 'platform-id'), bench.platformId);
    await chown(path.join(data, 'platform-id'), userId, userId);
    const block = (await commandBlocks()).find(({ where }) => where === 'swarm')!;
    const commands = block.commands.map((command) =>
      command
        .replaceAll('10.0.0.1:5000', registry)
        .replaceAll('10.0.0.1', manager!.address)
        .replace('machine-1', manager!.name)
        .replace('/var/lib/wherry', data)
        .replace('deploy/stack.yaml', stack),
    );
    await onManager(...commands);

    const url = `http://${manager!.address}:${port}`;
    await until('the platform takes calls', () => isReady(url), { secs: 300 });
    const token = (await onManager(`cat ${data}/token`)).trim();
    const servers = async () => {
      const response = await fetch(`${url}/wherry/v1/servers`, { headers: { authorization: `Bearer ${token}` } });
      return ((await response.json()) as { data: { items: { state: string }[] } }).data.items;
    };
    await until('each node is ready', async () => (await servers()).every(({ state }) => state === 'ready'), {
      secs: 300,
    });
    const counting = await startCounting(url, token);
    await counting.progress();
    await onManager('docker service update --force --detach=false --quiet wherry_platform');
    await counting.progress();
    await counting.expectCounted();
  },
);
