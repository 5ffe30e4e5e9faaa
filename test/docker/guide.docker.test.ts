/**
 * Every command of "From one machine to many", in its order, on machines that are namespaces of this one (`hosts.sh`).
 * Comments of the page say on which machine a command is run, and when it is done. In place of the page's names and
 * addresses come those of the machines, RUN and TOKEN are what the commands before have told, and the crawled site is
 * one of the test's own, which is never crawled to its end.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { GuideMachines } from './guide-machines.ts';
import { GuideReader } from './guide-reader.ts';
import { stepsOf } from './guide-steps.ts';

const guide = await readFile(new URL('../../docs/guides/one-machine-to-many.md', import.meta.url), 'utf8');
const steps = stepsOf(guide).map((step, index) => ({ ...step, title: `${index + 1}. ${step.machines}: ${step.text}` }));

const site = createServer((request, response) => {
  const page = Number(request.url!.slice(1));
  response.writeHead(200, { 'content-type': 'text/html' });
  // As slow as the crawl can be and still have some pages between two moves: it goes on for the whole guide.
  setTimeout(() => response.end(`<title>${page}</title><a href="/${page + 1}">on</a>`), 500);
});

describe.skipIf(inject('swarmHosts') === undefined)('from one machine to many', () => {
  let dataFolder: string;
  let machines: GuideMachines;
  let reader: GuideReader;
  let hasFailed = false;

  beforeAll(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-guide-'));
    machines = await GuideMachines.start({ WHERRY_DATA: dataFolder, WHERRY_BUILD_NETWORK: 'host' });
    await machines.makeRegistryImage(path.join(dataFolder, 'registry'));
    await new Promise<void>((resolve) => site.listen(0, machines.ownAddress, resolve));
    reader = new GuideReader(machines, `http://${machines.ownAddress}:${(site.address() as AddressInfo).port}/0`);
  });
  afterAll(async () => {
    await reader.endWherry();
    site.close();
    site.closeAllConnections();
    await machines[Symbol.asyncDispose]();
    await rm(dataFolder, { recursive: true, force: true });
  });

  test('the daemons take what the page has for them', async () => {
    const config = JSON.parse(machines.inPlace(/```json\n([\s\S]*?)```/.exec(guide)![1]!)) as object;
    for (const name of machines.names) {
      const before = await machines.configure(name, config);
      // The rest needs a new start, so the hosts have it from the beginning.
      expect({ ...before, 'insecure-registries': null }).toEqual({ ...config, 'insecure-registries': null });
    }
  });

  test.each(steps)('$title', async (step) => {
    expect(hasFailed, 'a step before has failed').toBe(false);
    hasFailed = true;
    await reader.perform(step);
    expect([undefined, 'RUNNING']).toContain(await reader.statusOfRun());
    hasFailed = false;
  });

  test('nothing is left behind', async () => {
    const lists = [
      "docker ps --all --format '{{.Names}}'",
      "docker network ls --format '{{.Name}}'",
      "docker images --format '{{.Repository}}'",
      'docker volume ls --quiet',
    ];
    const usual = ['bridge', 'host', 'none', 'docker_gwbridge', 'ingress', 'registry'];
    for (const name of machines.names) {
      const left = (await machines.on(name, lists.join(';'))).trim().split('\n');
      // The hosts' own base images are called as Apify's.
      expect(left.filter((line) => !usual.includes(line) && !line.startsWith('apify/'))).toEqual([]);
    }
  });
});

test('the page has commands to run', () => {
  expect(steps.length).toBeGreaterThan(25);
});
