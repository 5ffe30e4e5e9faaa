/** What every engine must do; each engine's test runs it. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { ContainerEvent, ContainerRef, ContainerSpec, Engine, Program } from '../src/engines/engine.ts';

export interface EngineUnderTest extends AsyncDisposable {
  readonly engine: Engine;
  /** What a build of a program for Node, all in `main.js`, has made. */
  program(script: string): Promise<Program>;
  /** Another engine, as the platform that is started after this one was killed has it. */
  another(): Promise<Engine>;
  /** Whether anything of a container is still there. */
  isThere(ref: ContainerRef): Promise<boolean>;
  /** What the reference would be if another program had been given the same number since. */
  strangerWith(ref: ContainerRef): ContainerRef;
}

export class Recorder {
  readonly events: ContainerEvent[] = [];

  constructor(engine: Engine) {
    engine.listen((event) => {
      this.events.push(event);
    });
  }

  output(attempt = 1): string {
    return this.events
      .flatMap((event) => (event.kind === 'output' && event.attempt === attempt ? [event.text] : []))
      .join('\n');
  }

  async exitCode(attempt = 1): Promise<number> {
    const exit = await until(`attempt ${attempt} has exited`, () =>
      this.events.find((event) => event.kind === 'exited' && event.attempt === attempt),
    );
    return (exit as Extract<ContainerEvent, { kind: 'exited' }>).exitCode;
  }
}

export const runId = 'ContractRun000001';

/** It stops at 400 MB. */
export const memoryEater = `
  const kept = [];
  setInterval(() => kept.length < 40 && kept.push(Buffer.alloc(10 * 1024 * 1024, kept.length + 1)), 10);`;

/** A container that runs `script` with Node. */
export async function specOf(
  { engine, program }: EngineUnderTest,
  script: string,
  attempt = 1,
): Promise<ContainerSpec> {
  return {
    runId,
    attempt,
    serverId: engine.servers()[0]!,
    program: await program(script),
    memoryMbytes: 1024,
    diskMbytes: 2048,
    env: { PATH: process.env.PATH ?? '', MARK: 'from the environment' },
  };
}

export const nothingToRecord = async () => undefined;

/** Starts `script` and returns the reference that the engine gave to be recorded. */
async function startRecorded(under: EngineUnderTest, script: string): Promise<ContainerRef> {
  let ref: ContainerRef | undefined;
  await under.engine.start(await specOf(under, script), async (stored) => {
    ref = stored;
  });
  return ref!;
}

export function describeEngine(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(`the contract of engines: ${name}`, () => {
    test('a container gets its environment and files; its output and exit code come as events', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = "console.log(process.env.MARK); console.error('to stderr'); process.exitCode = 3;";
      await under.engine.start(await specOf(under, script), nothingToRecord);
      expect(await recorder.exitCode()).toBe(3);
      expect(recorder.output().split('\n').toSorted()).toEqual(['from the environment', 'to stderr']);
      // The end is told last: nothing of a container comes after it.
      expect(recorder.events.at(-1)).toMatchObject({ kind: 'exited' });
    });

    test('each attempt has files of its own', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = "const fs = require('fs'); console.log(fs.existsSync('mine')); fs.writeFileSync('mine', '');";
      const spec = await specOf(under, script);
      await under.engine.start(spec, nothingToRecord);
      await recorder.exitCode();
      await under.engine.start({ ...spec, attempt: 2 }, nothingToRecord);
      await recorder.exitCode(2);
      expect([recorder.output(1), recorder.output(2)]).toEqual(['false', 'false']);
    });

    test('[engine-1] the program runs only once its reference is stored', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const stored = Promise.withResolvers<void>();
      const started = under.engine.start(await specOf(under, "console.log('at work')"), () => stored.promise);
      await delay(400);
      expect(recorder.output()).toBe('');
      stored.resolve();
      await started;
      expect(await recorder.exitCode()).toBe(0);
      expect(recorder.output()).toBe('at work');
    });

    test('[engine-1] a container whose reference cannot be stored never runs', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const failing = under.engine.start(await specOf(under, "console.log('at work')"), async () => {
        throw new Error('the disk is full');
      });
      await expect(failing).rejects.toThrow('the disk is full');
      expect(await recorder.exitCode()).not.toBe(0);
      expect(recorder.output()).toBe('');
    });

    test('a kill takes all that the container started, at once, though it ignores signals', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        process.on('SIGTERM', () => {});
        const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
        child.on('spawn', () => console.log('has a child'));
        setInterval(() => {}, 1000);`;
      const ref = await startRecorded(under, script);
      await until('the program has a child', () => recorder.output() === 'has a child');
      under.engine.kill(runId, 1);
      expect(await recorder.exitCode()).toBe(137);
      await until('the container is gone', async () => !(await under.isThere(ref)));
    });

    test('what a container leaves behind ends with it', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        const { spawn } = require('child_process');
        spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref();
        setTimeout(() => process.exit(0), 100);`;
      const ref = await startRecorded(under, script);
      expect(await recorder.exitCode()).toBe(0);
      await until('the container is gone', async () => !(await under.isThere(ref)));
    });

    // As puppeteer and playwright start browsers.
    const startDetached = `
      const { spawn } = require('child_process');
      const idle = ['-e', 'setInterval(() => {}, 1000)'];
      // Its parent has ended, and it has a session, an environment and an output of its own.
      const orphan = "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], "
        + "{ detached: true, stdio: 'ignore' }).unref()";
      spawn(process.execPath, ['-e', orphan], { detached: true, stdio: 'ignore' }).unref();
      spawn(process.execPath, idle, { detached: true, stdio: 'inherit', env: {} })
        .on('spawn', () => console.log('detached')).unref();`;

    test('[process-1] a kill takes also what the container started in sessions of their own', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `${startDetached} setInterval(() => {}, 1000);`;
      const ref = await startRecorded(under, script);
      await until('the detached process is there', () => recorder.output() === 'detached');
      under.engine.kill(runId, 1);
      expect(await recorder.exitCode()).toBe(137);
      expect(await under.isThere(ref)).toBe(false);
    });

    test('[process-1] [process-2] a container ends with its program, and so does what holds its output', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `${startDetached} setTimeout(() => { console.log('done'); process.exit(7); }, 1500);`;
      const ref = await startRecorded(under, script);
      expect(await recorder.exitCode()).toBe(7);
      expect(recorder.output()).toBe('detached\ndone');
      expect(await under.isThere(ref)).toBe(false);
    });

    test('[process-2] [process-3] nothing is lost of much output, nor of what was written just before the end', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        for (let line = 0; line < 60000; line += 1) require('fs').writeSync(1, 'line ' + line + '\\n');
        process.exit(0);`;
      await under.engine.start(await specOf(under, script), nothingToRecord);
      expect(await recorder.exitCode()).toBe(0);
      expect(recorder.output().split('\n')).toEqual(Array.from({ length: 60_000 }, (_, line) => `line ${line}`));
    });

    test('[process-4] a container that needs more memory than its run has is ended, and the cause is told', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      await under.engine.start({ ...(await specOf(under, memoryEater)), memoryMbytes: 256 }, nothingToRecord);
      expect(await recorder.exitCode()).toBe(137);
      expect(recorder.events.at(-1)).toMatchObject({ kind: 'exited', cause: 'outOfMemory' });
    });

    test('each of several attempts that listen at the port of their environment can', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        const { ACTOR_WEB_SERVER_PORT, APIFY_CONTAINER_PORT } = process.env;
        if (ACTOR_WEB_SERVER_PORT !== APIFY_CONTAINER_PORT) process.exit(1);
        require('net').createServer().listen(Number(ACTOR_WEB_SERVER_PORT), () => console.log('listens'));`;
      const spec = await specOf(under, script);
      const attempts = [1, 2, 3, 4];
      for (const attempt of attempts) await under.engine.start({ ...spec, attempt }, nothingToRecord);
      await until('all listen or have ended', () =>
        attempts.every((attempt) =>
          recorder.events.some((event) => event.attempt === attempt && event.kind !== 'telemetry'),
        ),
      );
      expect(attempts.map((attempt) => recorder.output(attempt))).toEqual(attempts.map(() => 'listens'));
      for (const attempt of attempts) under.engine.kill(runId, attempt);
      for (const attempt of attempts) await recorder.exitCode(attempt);
    });

    test('[engine-7] the web server of an attempt is reached once it listens, and the attempt ends when it is asked to', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        process.once('SIGTERM', () => process.exit(7));
        require('net').createServer((socket) => socket.end('attempt ' + process.env.MARK)).listen(Number(process.env.ACTOR_WEB_SERVER_PORT));`;
      const spec = await specOf(under, script);
      await expect(under.engine.connect!(runId, 1)).rejects.toThrow();
      for (const attempt of [1, 2]) {
        await under.engine.start({ ...spec, attempt, env: { ...spec.env, MARK: String(attempt) } }, nothingToRecord);
      }
      for (const attempt of [1, 2]) {
        const connection = await until(`attempt ${attempt} listens`, () => {
          return under.engine.connect!(runId, attempt).catch(() => undefined);
        });
        let text = '';
        for await (const part of connection) text += part;
        expect(text).toBe(`attempt ${attempt}`);
        under.engine.stop!(runId, attempt);
        expect(await recorder.exitCode(attempt)).toBe(7);
      }
      await expect(under.engine.connect!(runId, 1)).rejects.toThrow();
    });

    test('[engine-2] another engine ends what a former one left, and nothing that has the number since', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `${startDetached} setInterval(() => {}, 1000);`;
      const ref = await startRecorded(under, script);
      await until('the detached process is there', () => recorder.output() === 'detached');
      const next = await under.another();
      await next.killOrphan(under.strangerWith(ref));
      expect(await under.isThere(ref)).toBe(true);
      await next.killOrphan(ref);
      await until('the container is gone', async () => !(await under.isThere(ref)));
      // And again: it is gone already.
      await next.killOrphan(ref);
      await next.close();
    });

    test('telemetry tells memory and processor time while a container works', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      await under.engine.start(await specOf(under, 'for (;;) Math.random();'), nothingToRecord);
      const measured = await until('telemetry tells of processor time', () =>
        recorder.events.find((event) => event.kind === 'telemetry' && event.telemetry.cpuCurrentUsage > 0),
      );
      expect((measured as Extract<ContainerEvent, { kind: 'telemetry' }>).telemetry.memCurrentBytes).toBeGreaterThan(
        1e6,
      );
      under.engine.kill(runId, 1);
      await recorder.exitCode();
    });

    test('the end of the engine ends its containers, or leaves them to the next one', async () => {
      await using under = await start();
      new Recorder(under.engine);
      const ref = await startRecorded(under, 'setInterval(() => {}, 1000)');
      await under.engine.close();
      if (under.engine.reattachment === undefined)
        await until('the container is gone', async () => !(await under.isThere(ref)));
      else expect(await under.isThere(ref)).toBe(true);
    });
  });
}
