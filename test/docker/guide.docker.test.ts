/**
 * Every command of "From one machine to many", in its order, on machines that are namespaces of this one (`hosts.sh`).
 * Comments of the page say on which machine a command is run, and when it is done. In place of the page's names and
 * addresses come those of the machines, RUN and TOKEN are what the commands before have told, and the crawled site is
 * one of the test's own, which is never crawled to its end.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type GuideStep, stepsOf } from './guide-steps.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const hostsScript = path.join(root, 'test/docker/hosts.sh');
const guide = await readFile(path.join(root, 'docs/guides/one-machine-to-many.md'), 'utf8');
/** A set of machines for itself: they begin without a Swarm. */
const net = '73';
const folder = `${process.env.WHERRY_HOSTS_FOLDER ?? '/tmp/wherry-hosts'}-of-guide`;
const names = [1, 2, 3].map((number) => `wherry-host-${number}`);
const address = (number: number) => `10.${net}.0.${number}`;

const steps = stepsOf(guide);

describe.skipIf(inject('swarmHosts') === undefined)('from one machine to many', () => {
  const site = createServer((request, response) => {
    const page = Number(request.url!.slice(1));
    response.writeHead(200, { 'content-type': 'text/html' });
    setTimeout(() => response.end(`<title>${page}</title><a href="/${page + 1}">on</a>`), 50);
  });
  let dataFolder: string;
  let environment: NodeJS.ProcessEnv;
  let wherry: ChildProcess | undefined;
  let failed = false;
  const told = { RUN: '', TOKEN: '', SITE: '' };

  beforeAll(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-guide-'));
    environment = {
      ...process.env,
      ...{ WHERRY_HOSTS_NET: net, WHERRY_HOSTS_FOLDER: folder, WHERRY_DATA: dataFolder, WHERRY_BUILD_NETWORK: 'host' },
    };
    await run(hostsScript, ['up', '3'], { env: environment });
    await new Promise<void>((resolve) => site.listen(0, address(254), resolve));
    told.SITE = `http://${address(254)}:${(site.address() as { port: number }).port}/0`;
    await configureDaemons();
    await makeRegistryImage();
  });
  afterAll(async () => {
    await endWherry();
    site.close();
    site.closeAllConnections();
    await run(hostsScript, ['down'], { env: environment });
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** What the page says of `daemon.json`, which Docker takes over when it is told to. */
  async function configureDaemons(): Promise<void> {
    const [, json] = /```json\n([\s\S]*?)```/.exec(guide)!;
    for (const name of names) {
      const before = JSON.parse(await readFile(path.join(folder, name, 'config.json'), 'utf8')) as object;
      const wanted = JSON.parse(inPlace(json!)) as object;
      // The rest needs a new start, so the hosts have it from the beginning.
      expect({ ...before, 'insecure-registries': null }).toEqual({ ...wanted, 'insecure-registries': null });
      await writeFile(path.join(folder, name, 'config.json'), JSON.stringify(wanted));
      process.kill(Number(await readFile(path.join(folder, name, 'docker.pid'), 'utf8')), 'SIGHUP');
    }
  }

  /** `registry:2`, which cannot be fetched everywhere: the same program, from this machine. */
  async function makeRegistryImage(): Promise<void> {
    const context = path.join(dataFolder, 'registry');
    await run('mkdir', ['-p', context]);
    const { stdout: program } = await run('bash', ['-c', 'type -P docker-registry']);
    await copyFile(program.trim(), path.join(context, 'registry'));
    await writeFile(
      path.join(context, 'config.yml'),
      'version: 0.1\nstorage: { filesystem: { rootdirectory: /var/lib/registry } }\nhttp: { addr: ":5000" }\n',
    );
    await writeFile(
      path.join(context, 'Dockerfile'),
      'FROM apify/actor-node:24\nCOPY registry /bin/registry\nCOPY config.yml /etc/docker/registry/config.yml\n' +
        'VOLUME /var/lib/registry\nENTRYPOINT ["/bin/registry"]\nCMD ["serve", "/etc/docker/registry/config.yml"]\n',
    );
    await onMachine(names[0]!, `docker build --quiet --tag registry:2 ${context}`);
  }

  const inPlace = (text: string): string =>
    text
      .replaceAll('machine-', 'wherry-host-')
      .replaceAll('10.0.0.', `10.${net}.0.`)
      .replace('https://crawlee.dev/', told.SITE)
      .replace(/\b(RUN|TOKEN)\b/, (word) => told[word as 'RUN' | 'TOKEN']);

  const onMachine = async (name: string, command: string): Promise<string> => {
    const { stdout } = await run(hostsScript, ['on', name, 'bash', '-c', command], { cwd: root, env: environment });
    return stdout;
  };

  async function untilMatches(step: GuideStep, name: string): Promise<void> {
    for (;;) {
      const output = await onMachine(name, inPlace(step.text)).catch((error: Error) => error.message);
      if (new RegExp(inPlace(step.until!), 'm').test(output)) return;
      await delay(500);
    }
  }

  /** Starts a command that goes on, and answers once it has written so. */
  async function startOn(name: string, { text, until }: GuideStep): Promise<ChildProcess> {
    // A group of its own, for Ctrl-C is for all that a terminal's command has started.
    const options = { cwd: root, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] as const };
    const child = spawn(hostsScript, ['on', name, 'bash', '-c', inPlace(text)], {
      ...options,
      stdio: [...options.stdio],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        output += chunk;
        if (output.includes(until!)) resolve();
      };
      child.stdout!.on('data', onData);
      child.stderr!.on('data', onData);
      child.once('exit', (code) => reject(new Error(`${text} ended with ${code}: ${output}`)));
    });
    return child;
  }

  async function pressCtrlC(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid!, 'SIGINT');
    await ended;
  }

  async function endWherry(): Promise<void> {
    if (wherry !== undefined) await pressCtrlC(wherry);
    wherry = undefined;
  }

  const setCable = (name: string, state: 'up' | 'down') =>
    run('ip', ['link', 'set', `wh-${net}-${name.at(-1)}`, state]);

  async function perform(step: GuideStep): Promise<void> {
    const machines = step.machines.map(inPlace);
    const [name] = machines as [string];
    switch (step.kind) {
      case 'stays':
        await endWherry();
        wherry = await startOn(name, step);
        return;
      case 'left':
        await pressCtrlC(await startOn(name, step));
        [told.RUN] = (JSON.parse(await onMachine(name, 'npx wherry runs --json')) as { id: string }[]).map(
          ({ id }) => id,
        ) as [string];
        return;
      case 'until':
        return untilMatches(step, name);
      case 'cutOff':
        // Until here, all moves were planned.
        expect(await logOfRun()).not.toContain('a lost handoff');
        return void (await setCable(name, 'down'));
      case 'back':
        expect(await logOfRun()).toContain('a lost handoff');
        return void (await setCable(name, 'up'));
      case 'ended':
        return endWherry();
      case 'once':
        for (const each of machines) {
          const output = await onMachine(each, inPlace(step.text));
          told.TOKEN = /SWMTKN-\S+/.exec(output)?.[0] ?? told.TOKEN;
        }
    }
  }

  const logOfRun = () => onMachine(names[0]!, `npx wherry log ${told.RUN}`);
  const statusOfRun = async () => {
    const runs = JSON.parse(await onMachine(names[0]!, 'npx wherry runs --json')) as { id: string; status: string }[];
    return runs.find(({ id }) => id === told.RUN)?.status;
  };

  test.each(steps.map((step, index) => ({ ...step, title: `${index + 1}. ${step.machines}: ${step.text}` })))(
    '$title',
    async (step) => {
      expect(failed, 'a command before has failed').toBe(false);
      failed = true;
      await perform(step);
      if (wherry !== undefined && told.RUN !== '') expect(await statusOfRun()).toBe('RUNNING');
      failed = false;
    },
  );

  test('nothing is left behind', async () => {
    for (const name of names) {
      const left = await onMachine(
        name,
        "docker ps -a --format '{{.Names}}'; docker network ls --format '{{.Name}}'; docker images --format '{{.Repository}}'; docker volume ls --quiet",
      );
      const usual = ['bridge', 'host', 'none', 'docker_gwbridge', 'ingress', 'apify/actor-node', 'registry'];
      expect(
        left
          .trim()
          .split('\n')
          .filter((line) => !usual.includes(line)),
      ).toEqual([]);
    }
  });
});

test('the page has commands to run', () => {
  expect(steps.length).toBeGreaterThan(25);
});
