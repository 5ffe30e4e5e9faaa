/** Actors that take what is not theirs: each ends with a status that says so, and another run beside it does not notice. */
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { type DockerBench, dockerHost, openBench, startDockerFixture } from './docker-host.ts';
import {
  bystander,
  deaf,
  diskFiller,
  flooder,
  forker,
  hostileFiles,
  intruder,
  listener,
  memoryEater,
  sharedMemoryFiller,
} from './hostile-actors.ts';

describe.skipIf(dockerHost === undefined)('a container is held in its place', () => {
  let bench: DockerBench;
  let fixture: Awaited<ReturnType<typeof startDockerFixture>>;
  let beating: { id: string };

  beforeAll(async () => {
    bench = openBench();
    fixture = await startDockerFixture(bench);
    beating = await start('bystander', bystander);
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  });

  async function start(name: string, script: string, options: object = {}, settings: object = {}) {
    const actorId = await fixture.deploy(name, script, settings, hostileFiles);
    return fixture.start(actorId, undefined, options);
  }
  const endOf = (runId: string) => fixture.client.run(runId).waitForFinish();
  const untilLogged = (runId: string, text: RegExp) =>
    until(`run ${runId} has logged ${text}`, async () => text.exec(await fixture.logOf(runId)) ?? undefined);

  test('[isolation-1] one that needs more memory than it has is ended, and its status says so', async () => {
    const { id } = await start('memory-eater', memoryEater, { memory: 256 });
    const { status, statusMessage, exitCode } = await endOf(id);
    expect({ status, exitCode }).toEqual({ status: 'FAILED', exitCode: 137 });
    expect(statusMessage).toBe('The Actor was ended because it needed more memory than its 256 MB.');
  });

  test('[isolation-1] one that forks without end comes to its limit, and can be aborted', async () => {
    const { id } = await start('forker', forker, { memory: 8192 });
    const [, count] = await untilLogged(id, /stopped after (\d+) by/);
    expect(Number(count)).toBeLessThan(2048);
    await fixture.client.run(id).abort();
    expect((await endOf(id)).status).toBe('ABORTED');
    await until(
      'the aborted run has no container',
      async () => (await bench.docker.listContainers({ filters: { label: [`wherry.run=${id}`] } })).length === 0,
    );
  });

  test('[isolation-1] one that uses up its share of the processors gets the event that it is overloaded', async () => {
    const script = `
      const events = new WebSocket(process.env.ACTOR_EVENTS_WEBSOCKET_URL);
      const busyMs = Number(process.env.BUSY);
      const work = () => { for (const end = Date.now() + busyMs; Date.now() < end; ); };
      if (busyMs > 0) setInterval(work, busyMs + 5);
      events.onmessage = ({ data }) => {
        const { name, data: info } = JSON.parse(data);
        if (name === 'systemInfo') console.log('overloaded: ' + info.isCpuOverloaded);
      };`;
    // A share so small that a machine with much other work has it to give.
    const busy = await start('busy', script, { memory: 256 }, { envVars: [{ name: 'BUSY', value: '50' }] });
    await untilLogged(busy.id, /overloaded: true/);
    await fixture.client.run(busy.id).abort();
    const idle = await start('idle', script, { memory: 256 }, { envVars: [{ name: 'BUSY', value: '0' }] });
    await untilLogged(idle.id, /(overloaded: false\n[\s\S]*){3}/);
    await fixture.client.run(idle.id).abort();
  });

  test('[isolation-5] one that fills its disk is ended, and its status says so', async () => {
    const { id } = await start('disk-filler', diskFiller, { memory: 256 });
    const { status, statusMessage } = await endOf(id);
    expect(status).toBe('FAILED');
    expect(statusMessage).toMatch(/^The Actor was ended because it wrote more to its disk than its \d+ MB\.$/);
  });

  test('[isolation-1] one that fills the shared memory comes to its limit, half of its memory, and may end as it likes', async () => {
    // With less, what Node needs and the shared memory are so near to the limit that the kernel reads the program's own pages
    // again and again instead of ending it.
    const { id } = await start('shared-memory-filler', sharedMemoryFiller, { memory: 512 });
    const { status, statusMessage } = await endOf(id);
    expect({ status, statusMessage }).toEqual({
      status: 'FAILED',
      statusMessage: 'The Actor process exited with code 1.',
    });
    expect(await fixture.logOf(id)).toContain('stopped at 256 MB by ENOSPC');
  });

  test('[isolation-4] one that floods its log comes to its end, and what Docker keeps of it is bounded', async () => {
    const { id } = await start('flooder', flooder, { memory: 4096 });
    expect((await endOf(id)).status).toBe('SUCCEEDED');
    const log = await fixture.logOf(id);
    // [log-4]
    expect(log.length).toBeLessThanOrEqual(10_485_760);
    expect(log.slice(-300)).toContain(' WHERRY The log is cut: ');
    expect(log).not.toContain('lines were lost');
  });

  test('one that ignores signals is aborted all the same', async () => {
    const { id } = await start('deaf', deaf);
    await untilLogged(id, /is deaf/);
    await fixture.client.run(id).abort();
    expect((await endOf(id)).status).toBe('ABORTED');
  });

  test('[isolation-2], [isolation-3] it reaches the API, but no other container, and has nothing of the machine', async () => {
    // As the platform's own would, were there another one: a database server's, say.
    const ownPort = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => ownPort.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void ownPort.close());
    const neighbour = await start('listener', listener);
    const [, address] = await untilLogged(neighbour.id, /listens at ([\d.]+)/);
    const envVars = [
      { name: 'NEIGHBOUR', value: address },
      { name: 'DATABASE', value: path.join(fixture.dataFolder, 'wherry.sqlite') },
      { name: 'OWN_PORT', value: String((ownPort.address() as AddressInfo).port) },
    ];
    const actorId = await fixture.deploy('intruder', intruder, { envVars }, hostileFiles);
    const run = await fixture.start(actorId);
    expect((await endOf(run.id)).status).toBe('SUCCEEDED');
    const log = await fixture.logOf(run.id);
    expect(log).toContain('api: reached');
    expect(log).toContain('neighbour: unreachable');
    expect(log.match(/own port at .*/g)).toEqual([
      expect.stringMatching(/ECONNREFUSED$/),
      'own port at 127.0.0.1: ECONNREFUSED',
    ]);
    expect(existsSync(path.join(fixture.dataFolder, 'wherry.sqlite'))).toBe(true);
    expect(log).toContain('database: not there');
    expect(log).toContain('privileges: 1');
    // What Docker itself puts there.
    expect(log).toMatch(/mounts: \/sbin\/docker-init,\/etc\/resolv\.conf,\/etc\/hostname,\/etc\/hosts$/m);
    expect((await fixture.client.run(neighbour.id).get())!.status).toBe('RUNNING');
    await fixture.client.run(neighbour.id).abort();
  });

  test('a run beside all of them has worked on in its first container, and lost no line', async () => {
    const before = (await beatsOf(beating.id)).length;
    await until('the run has logged another beat', async () => (await beatsOf(beating.id)).length > before);
    const beats = await beatsOf(beating.id);
    expect(beats).toEqual(Array.from(beats, (_, index) => index));
    expect((await fixture.client.run(beating.id).get())!.status).toBe('RUNNING');
    expect(await fixture.attempts(beating.id)).toHaveLength(1);
  });

  const beatsOf = async (runId: string) =>
    [...(await fixture.logOf(runId)).matchAll(/Z beat (\d+)$/gm)].map(([, beat]) => Number(beat));
});
