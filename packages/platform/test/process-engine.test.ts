import { mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ControlGroups } from '../src/engines/process/control-groups.ts';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { newId } from '../src/shared/ids.ts';
import { readProcesses } from '../src/shared/process-table.ts';
import { describeEngine, type EngineUnderTest } from './engine-contract.ts';

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

describeEngine('process, by a scan', () => open(false));

const groups = ControlGroups.open(newId());
groups?.close();
if (groups === undefined) console.warn('SKIPPED: the process engine with control groups, which this machine has not.');
else if (!groups.enforcesLimits)
  console.warn('SKIPPED: limits by control groups, whose controllers this machine has not.');

if (groups !== undefined) describeEngine('process, with control groups', () => open(true));
