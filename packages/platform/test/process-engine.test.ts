import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { ContainerRef } from '../src/engines/engine.ts';
import { ControlGroups } from '../src/engines/process/control-groups.ts';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { newId } from '../src/shared/ids.ts';
import { readProcesses } from '../src/shared/process-table.ts';
import {
  describeEngine,
  type EngineUnderTest,
  memoryEater,
  nothingToRecord,
  Recorder,
  runId,
  specOf,
} from './engine-contract.ts';

async function open(controlGroups: boolean): Promise<EngineUnderTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const engineIn = (name: string) =>
    new ProcessEngine({ servers: 2, workFolder: path.join(folder, name), controlGroups });
  const engine = engineIn('work');
  return {
    engine,
    async program(script) {
      const build = await mkdtemp(path.join(folder, 'build-'));
      await writeFile(path.join(build, 'main.js'), script);
      return { kind: 'folder', folder: build, command: { file: process.execPath, args: ['main.js'] } };
    },
    strangerWith: (ref) => ({ ...ref, startTicks: Number(ref.startTicks) - 1, mark: 'another' }),
    another: async () => engineIn('another'),
    isThere: async (ref) => (await processesIn(folder, Number(ref.pid))).length > 0,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The processes of a group and those that work in a folder, however they were started: each attempt works there. */
async function processesIn(folder: string, groupId: number): Promise<number[]> {
  const found = await Promise.all(
    (await readProcesses()).map(async (entry) => {
      const works = await readlink(`/proc/${entry.pid}/cwd`).catch(() => '');
      return entry.groupId === groupId || works.startsWith(folder) ? [entry.pid] : [];
    }),
  );
  return found.flat();
}

/** What only an engine without containers must care for. */
function describeProcesses(name: string, start: () => Promise<EngineUnderTest>): void {
  describe(`the processes of attempts: ${name}`, () => {
    test('[process-3] a program that writes more than its listener takes waits', async () => {
      await using under = await start();
      const room = Promise.withResolvers<void>();
      let lines = 0;
      let hasEnded = false;
      under.engine.listen((event) => {
        if (event.kind === 'exited') hasEnded = true;
        if (event.kind !== 'output') return undefined;
        lines += 1;
        return room.promise;
      });
      const script = `
        const line = 'x'.repeat(1023) + '\\n';
        for (let count = 0; count < 100000; count += 1) require('fs').writeSync(1, line);`;
      await under.engine.start(await specOf(under, script), nothingToRecord);
      await until('output has arrived', () => lines > 0);
      await delay(500);
      expect(hasEnded).toBe(false);
      expect(lines).toBeLessThan(50_000);
      room.resolve();
      await until('the program has written all', () => hasEnded);
      expect(lines).toBe(100_000);
    });

    test.skipIf(!existsSync('/usr/bin/perl'))(
      'a burst before process.exit() arrives although nobody reads meanwhile',
      async () => {
        await using under = await start();
        const recorder = new Recorder(under.engine);
        const script = `
          for (let line = 1; line <= 3000; line += 1) console.log('line ' + line + ' ' + 'x'.repeat(60));
          process.exit();`;
        let pid = 0;
        await under.engine.start(await specOf(under, script), async (ref) => {
          pid = Number(ref.pid);
        });
        // From its word on, nothing else is done by this thread until the program has ended.
        await delay(20);
        for (const endMs = performance.now() + 60_000; performance.now() < endMs; ) {
          if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) break;
        }
        expect(await recorder.exitCode()).toBe(0);
        expect(recorder.events.filter(({ kind }) => kind === 'output')).toHaveLength(3000);
      },
    );

    test('[process-4] memory of a process in a session of its own counts as well', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      const script = `
        require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(memoryEater)}], { detached: true });
        setInterval(() => {}, 1000);`;
      await under.engine.start({ ...(await specOf(under, script)), memoryMbytes: 256 }, nothingToRecord);
      expect(await recorder.exitCode()).toBe(137);
      expect(recorder.events.at(-1)).toMatchObject({ kind: 'exited', cause: 'outOfMemory' });
    });

    test('[process-4] memory that processes share, and pages of files, are no reason to end an attempt', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      // Each has 50 MB of the same program, most of it pages of a file.
      const script = `
        for (let count = 0; count < 6; count += 1) {
          require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'ignore' });
        }
        setTimeout(() => process.exit(0), 3000);`;
      await under.engine.start({ ...(await specOf(under, script)), memoryMbytes: 256 }, nothingToRecord);
      expect(await recorder.exitCode()).toBe(0);
      const measured = recorder.events.flatMap((event) =>
        event.kind === 'telemetry' ? [event.telemetry.memCurrentBytes] : [],
      );
      expect(Math.max(...measured)).toBeGreaterThan(256 * 1024 * 1024);
    });

    test('[process-1] what is started while the others are killed is killed too', async () => {
      await using under = await start();
      const recorder = new Recorder(under.engine);
      let ref: ContainerRef | undefined;
      // New processes all the time, in sessions of their own, whose parents have ended. Each ends by itself in the end.
      const script = `
        const { spawn } = require('child_process');
        const parent = 'for n in 1 2 3; do setsid sleep 30 & sleep 0.01; done';
        const timer = setInterval(() => spawn('sh', ['-c', parent], { detached: true, stdio: 'ignore' }), 20);
        setTimeout(() => console.log('busy'), 500);
        setTimeout(() => clearInterval(timer), 5000);`;
      await under.engine.start(await specOf(under, script), async (stored) => {
        ref = stored;
      });
      await until('processes are started all the time', () => recorder.output() === 'busy');
      under.engine.kill(runId, 1);
      expect(await recorder.exitCode()).toBe(137);
      expect(await under.isThere(ref!)).toBe(false);
    });
  });
}

describeEngine('process, by a scan', () => open(false));
describeProcesses('by a scan', () => open(false));

const groups = ControlGroups.open(newId());
await groups?.close();
if (groups === undefined) console.warn('SKIPPED: the process engine with control groups, which this machine has not.');
else if (!groups.enforcesLimits)
  console.warn('SKIPPED: limits by control groups, whose controllers this machine has not.');

if (groups !== undefined) {
  describeEngine('process, with control groups', () => open(true));
  describeProcesses('with control groups', () => open(true));
}

test.skipIf(groups === undefined)('a platform that was killed leaves no control group for ever', async () => {
  const folder = path.dirname(groups!.folder);
  // No process has this id: Linux has at most 4,194,304.
  const deserted = path.join(folder, 'wherry-9999999-deserted');
  mkdirSync(path.join(deserted, 'wherry-attempt'), { recursive: true });
  await ControlGroups.open(newId())?.close();
  expect(existsSync(deserted)).toBe(false);
});

test.skipIf(groups?.enforcesLimits !== true)(
  '[process-4] the kernel enforces the limits of a control group',
  async () => {
    await using under = await open(true);
    const recorder = new Recorder(under.engine);
    // At once, so that no measurement could come before the kernel does.
    const script = "Buffer.alloc(400 * 1024 * 1024, 1); console.log('has it');";
    await under.engine.start({ ...(await specOf(under, script)), memoryMbytes: 256 }, nothingToRecord);
    expect(await recorder.exitCode()).toBe(137);
    expect(recorder.output()).toBe('');
    expect(recorder.events.at(-1)).toMatchObject({ kind: 'exited', cause: 'outOfMemory' });
  },
);

test('what a platform that was killed has left in the work folder is removed before the first attempt, and at the end', async () => {
  const workFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(workFolder, { recursive: true, force: true }) };
  for (const starts of [true, false]) {
    const left = path.join(workFolder, `${runId}-1`);
    mkdirSync(left);
    await writeFile(path.join(left, 'state.json'), '{}');
    const engine = new ProcessEngine({ servers: 1, workFolder });
    const build = await mkdtemp(path.join(tmpdir(), 'wherry-build-'));
    await writeFile(path.join(build, 'main.js'), '');
    const program = { kind: 'folder', folder: build, command: { file: process.execPath, args: ['main.js'] } } as const;
    const spec = { serverId: 'local-1', env: {}, memoryMbytes: 256, diskMbytes: 256, program };
    if (starts) await engine.start({ ...spec, runId, attempt: 2 }, nothingToRecord);
    if (starts) expect(existsSync(left)).toBe(false);
    await engine.close();
    expect(readdirSync(workFolder)).toEqual([]);
    await rm(build, { recursive: true });
  }
});
