/** Runs on a Swarm whose nodes are drained, die, and are cut off. */
import type { ActorRun } from 'apify-client';
import { describe, expect, test } from 'vitest';
import { isLong } from '../../../../../test/support/long.ts';
import { until } from '../../../../../test/support/until.ts';
import { counterFiles } from '../counter.ts';
import { startSwarmFixture, swarmHosts } from '../swarm-host.ts';
import { cutOff, cutOffFromManager, killDaemon, startDaemons } from './swarm-faults.ts';

type SwarmFixture = Awaited<ReturnType<typeof startSwarmFixture>>;
const [manager, second, third] = ['wherry-host-1', 'wherry-host-2', 'wherry-host-3'];

const manyRuns = isLong ? 20 : 9;

/** A fixture with runs that count, all at work. */
async function startCounting(count: number) {
  const fixture = await startSwarmFixture();
  const { client } = fixture;
  const { 'main.js': main, ...files } = counterFiles;
  const actorId = await fixture.deploy('counter', main, {}, files);
  const runs: ActorRun[] = [];
  for (let number = 0; number < count; number += 1) {
    runs.push(await fixture.start(actorId, undefined, { memory: 1024 }));
  }
  const counts = () =>
    Promise.all(runs.map(async (run) => (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0));
  /** Answers when each run has counted on. */
  const progress = async (least = 3) => {
    const before = await counts();
    await until(`each run has pushed ${least} more items`, async () =>
      (await counts()).every((each, index) => each >= before[index]! + least),
    );
  };
  await progress();
  return {
    ...fixture,
    runs,
    progress,
    /** Where each run's active attempt is. */
    servers: () => Promise.all(runs.map((run) => activeServer(fixture, run.id))),
    /** Ends all runs, each of which must have worked on to now and counted without a gap or a repetition. */
    async expectCounted() {
      for (const run of runs) {
        expect((await client.run(run.id).get())!.status, await fixture.logOf(run.id)).toBe('RUNNING');
        await client.run(run.id).abort();
        const numbers = (await fixture.itemsOf(run)).map(({ next }) => next);
        expect(numbers).toEqual(Array.from(numbers, (_, index) => index));
      }
    },
  };
}

async function activeServer(fixture: SwarmFixture, runId: string): Promise<string | undefined> {
  return (await fixture.attempts(runId)).find(({ phase }) => phase === 'active')?.serverId;
}

async function containersOn(fixture: SwarmFixture, number: number): Promise<number> {
  const label = [`wherry.platform=${fixture.bench.platformId}`, 'wherry.run'];
  return (await fixture.bench.daemons[number - 1]!.listContainers({ all: true, filters: { label } })).length;
}

async function serverStates(fixture: SwarmFixture): Promise<Record<string, string>> {
  const answer = await fixture.call('GET', '/wherry/v1/servers');
  const { data } = (await answer.json()) as { data: { items: { id: string; state: string }[] } };
  return Object.fromEntries(data.items.map(({ id, state }) => [id, state]));
}

const allReady = (fixture: SwarmFixture) =>
  until('all servers are ready', async () =>
    Object.values(await serverStates(fixture)).every((state) => state === 'ready'),
  );

describe.skipIf(swarmHosts === undefined)('on a Swarm', () => {
  test(`${manyRuns} runs leave a node that Wherry drains, and one that plain Docker drains`, async () => {
    await using counting = await startCounting(manyRuns);
    const { bench, call } = counting;
    expect(new Set(await counting.servers())).toEqual(new Set([manager, second, third]));
    const drained = (await (await call('POST', `/wherry/v1/servers/${second}/drain`)).json()) as {
      data: { moved: { mode: string }[]; failed: unknown[] };
    };
    expect(drained.data.failed).toEqual([]);
    expect(drained.data.moved.every(({ mode }) => mode === 'warm')).toBe(true);
    expect(await counting.servers()).not.toContain(second);
    const docker = bench.daemons[0]!;
    const nodes = (await docker.listNodes()) as { ID: string; Spec: object; Description: { Hostname: string } }[];
    const nodeOf = (name: string) => docker.getNode(nodes.find(({ Description }) => Description.Hostname === name)!.ID);
    const setAvailability = async (name: string, Availability: string) => {
      const { Version, Spec } = (await nodeOf(name).inspect()) as { Version: { Index: number }; Spec: object };
      await nodeOf(name).update({ _query: { version: Version.Index }, _body: { ...Spec, Availability } });
    };
    expect((await nodeOf(second!).inspect()).Spec.Availability).toBe('drain');

    // [agent-2] Swarm tells the agent of this node to stop, and it stays until the runs have left: none of them is lost.
    await setAvailability(third!, 'drain');
    await until('all runs are on the manager', async () =>
      (await counting.servers()).every((server) => server === manager),
    );
    await until('host 3 has no container of a run', async () => (await containersOn(counting, 3)) === 0);
    await counting.progress();
    await call('POST', `/wherry/v1/servers/${second}/undrain`);
    await setAvailability(third!, 'active');
    await allReady(counting);
    for (const { id } of counting.runs) {
      const lost = (await counting.attempts(id)).filter(({ reason }) => reason !== 'migration' && reason !== 'start');
      expect(lost).toEqual([]);
    }
    await counting.expectCounted();
  });

  test('runs go on elsewhere when the daemon of their node is killed, and nothing is left of them when it is back', async () => {
    await using counting = await startCounting(6);
    expect(await counting.servers()).toContain(second);
    // [agent-1] the agent of the node dies with its daemon, at any moment, and nothing is missing when it is back.
    await killDaemon(2);
    try {
      await until(`no run is on ${second}`, async () => !(await counting.servers()).includes(second));
      await counting.progress();
    } finally {
      await startDaemons();
    }
    await until('host 2 has no container of a run', async () => (await containersOn(counting, 2)) === 0);
    await allReady(counting);
    await counting.expectCounted();
  });

  test('runs go on elsewhere when their node is cut off, and what comes back changes nothing and is removed', async () => {
    await using counting = await startCounting(6);
    expect(await counting.servers()).toContain(third);
    {
      await using _cut = await cutOff(3);
      await until(`no run is on ${third}`, async () => !(await counting.servers()).includes(third));
      await counting.progress();
      // Nobody can reach it: it works on there.
      expect(await containersOn(counting, 3)).toBeGreaterThan(0);
    }
    await until('host 3 has no container of a run', async () => (await containersOn(counting, 3)) === 0);
    await allReady(counting);
    await counting.expectCounted();
  });

  test('a node that only the manager has lost counts as lost: what is there is fenced and ended', async () => {
    await using counting = await startCounting(6);
    expect(await counting.servers()).toContain(third);
    {
      await using _cut = await cutOffFromManager(3);
      await until(`no run is on ${third}`, async () => !(await counting.servers()).includes(third));
      await until('host 3 has no container of a run', async () => (await containersOn(counting, 3)) === 0);
      await counting.progress();
    }
    await allReady(counting);
    await counting.expectCounted();
  });
});
