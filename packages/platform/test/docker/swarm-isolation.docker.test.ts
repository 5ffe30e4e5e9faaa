/** What `isolation.docker.test.ts` shows of one daemon, on a Swarm: each limit is said to Swarm in another way there. */
import type Docker from 'dockerode';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { diskFiller, forker, hostileFiles, intruder, listener, memoryEater } from './hostile-actors.ts';
import { startSwarmFixture, swarmHosts } from './swarm-host.ts';

describe.skipIf(swarmHosts === undefined)('a container is held in its place on a Swarm', () => {
  let fixture: Awaited<ReturnType<typeof startSwarmFixture>>;
  let platformLog = '';

  beforeAll(async () => {
    const write = (text: string) => {
      platformLog += text;
    };
    fixture = await startSwarmFixture({ logger: pino({ level: 'trace' }, { write }) });
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  async function start(name: string, script: string, options: object = {}, settings: object = {}) {
    const actorId = await fixture.deploy(name, script, settings, hostileFiles);
    return fixture.start(actorId, undefined, options);
  }
  const endOf = (runId: string) => fixture.client.run(runId).waitForFinish();
  const untilLogged = (runId: string, text: RegExp) =>
    until(`run ${runId} has logged ${text}`, async () => text.exec(await fixture.logOf(runId)) ?? undefined);

  /** Of one node, or of all. */
  async function containersOf(runId: string, daemons: readonly Docker[] = fixture.bench.daemons) {
    const filters = { label: [`wherry.run=${runId}`] };
    const lists = await Promise.all(
      daemons.map(async (daemon) =>
        (await daemon.listContainers({ filters })).map(({ Id }) => daemon.getContainer(Id)),
      ),
    );
    return lists.flat();
  }

  test('[isolation-1] one that needs more memory than it has is ended, and its status says so', async () => {
    const { id } = await start('memory-eater', memoryEater, { memory: 256 });
    const { status, statusMessage, exitCode } = await endOf(id);
    expect({ status, exitCode }).toEqual({ status: 'FAILED', exitCode: 137 });
    expect(statusMessage).toBe('The Actor was ended because it needed more memory than its 256 MB.');
  });

  test('[isolation-1] one that forks without end comes to its limit, and nothing is left of it when it is aborted', async () => {
    const { id } = await start('forker', forker, { memory: 8192 });
    const [, count] = await untilLogged(id, /stopped after (\d+) by/);
    expect(Number(count)).toBeLessThan(2048);
    expect(await containersOf(id)).toHaveLength(1);
    await fixture.client.run(id).abort();
    expect((await endOf(id)).status).toBe('ABORTED');
    await until('the aborted run has no container', async () => (await containersOf(id)).length === 0);
  });

  test('[isolation-5] one that fills its disk is ended, and its status says so', async () => {
    const { id } = await start('disk-filler', diskFiller, { memory: 256 });
    const { status, statusMessage } = await endOf(id);
    expect(status).toBe('FAILED');
    expect(statusMessage).toMatch(/^The Actor was ended because it wrote more to its disk than its \d+ MB\.$/);
  });

  /** The platform chooses among the servers that are open. */
  async function startOn(server: string, actorId: string): Promise<string> {
    const others = swarmHosts!.map(({ name }) => name).filter((name) => name !== server);
    for (const other of others) await fixture.engine.states!.close(other);
    const { id } = await fixture.start(actorId);
    const [first] = await until('the run has an attempt', async () => {
      const attempts = await fixture.attempts(id);
      return attempts.length > 0 && attempts;
    });
    for (const other of others) await fixture.engine.states!.open(other);
    expect(first).toMatchObject({ serverId: server });
    return id;
  }

  test('[isolation-2], [isolation-3] one that looks about reaches the API, but no container of its node or another', async () => {
    const [here, elsewhere] = swarmHosts!.map(({ name }) => name) as [string, string];
    const listenerId = await fixture.deploy('listener', listener, {}, hostileFiles);
    for (const server of [here, elsewhere]) {
      const neighbour = await startOn(server, listenerId);
      const [, address] = await untilLogged(neighbour, /listens at ([\d.]+)/);
      const envVars = [{ name: 'NEIGHBOUR', value: address }];
      const intruderId = await fixture.deploy(`intruder-of-${server}`, intruder, { envVars }, hostileFiles);
      const run = await startOn(here, intruderId);
      expect((await endOf(run)).status).toBe('SUCCEEDED');
      const log = await fixture.logOf(run);
      expect(log).toContain('api: reached');
      // Two nodes may use the same addresses, so the neighbour's may be its own, at which nothing listens.
      expect(log).toMatch(/neighbour: (?:unreachable|answered by another|ECONNREFUSED|EHOSTUNREACH)$/m);
      expect(log).toContain('privileges: 1');
      // CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID, and nothing besides.
      expect(log).toContain('capabilities: 00000000000000eb');
      // What Docker itself puts there.
      expect(log).toMatch(/mounts: \/sbin\/docker-init,\/etc\/resolv\.conf,\/etc\/hostname,\/etc\/hosts$/m);
      expect((await fixture.client.run(neighbour).get())!.status).toBe('RUNNING');
      await fixture.client.run(neighbour).abort();
    }
  });

  test('its token is in the environment of its task, and in nothing else that can be read', async () => {
    const { id } = await start('quiet', "console.log('is here'); setInterval(() => {}, 1000);");
    await untilLogged(id, /is here/);
    const [container] = await containersOf(id);
    const { Config } = await container!.inspect();
    const token = Config.Env.map((each) => each.split('=')).find(([name]) => name === 'APIFY_TOKEN')![1]!;
    const [manager] = fixture.bench.daemons;
    const service = manager!.getService(Config.Labels['com.docker.swarm.service.name']!);
    const { Spec } = (await service.inspect()) as { Spec: { Labels: object; TaskTemplate: { ContainerSpec: object } } };
    const { Env, ...rest } = Spec.TaskTemplate.ContainerSpec as { Env: string[] };
    expect(Env.join()).toContain(token);
    expect(JSON.stringify([Spec.Labels, rest, Config.Labels])).not.toContain(token);
    const output = await service.logs({ stdout: true, stderr: true, follow: false });
    expect(String(output)).toContain('is here');
    expect(String(output)).not.toContain(token);
    expect(platformLog).toContain('listening');
    for (const secret of [token, 'test-token', fixture.bench.engineOptions.swarm!.agentToken!]) {
      expect(platformLog).not.toContain(secret);
    }
    await fixture.client.run(id).abort();
  });
});
