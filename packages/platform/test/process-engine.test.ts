import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { readProcesses } from '../src/shared/process-table.ts';
import { describeEngine } from './engine-contract.ts';

describeEngine('process', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  const open = (name: string) => new ProcessEngine({ servers: 2, workFolder: path.join(folder, name) });
  const engine = open('work');
  return {
    engine,
    async program(script) {
      const build = await mkdtemp(path.join(folder, 'build-'));
      await writeFile(path.join(build, 'main.js'), script);
      return { kind: 'folder', folder: build, command: { file: process.execPath, args: ['main.js'] } };
    },
    strangerWith: (ref) => ({ ...ref, startTicks: Number(ref.startTicks) - 1 }),
    another: async () => open('another'),
    isThere: async (ref) => (await readProcesses()).some(({ groupId }) => groupId === ref.pid),
    async [Symbol.asyncDispose]() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
