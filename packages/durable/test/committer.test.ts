/** Commits with an unknown outcome, and commits that no backend could accept. */
import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dataFolderOfTest } from '../../platform/test/run-fixture.ts';
import type { CommitOutcome } from '../src/backend.ts';
import { startRun } from '../src/durable-run.ts';
import { CommitRejectedError, openState, useState } from '../src/index.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

const initial = () => ({ count: 0, text: '' });
const large = () => ({ count: 0, text: 'x'.repeat(10_000) });
const count = (draft: { count: number }) => {
  draft.count += 1;
};

/** Fails once, after the commit has taken effect, with an error that says nothing about the outcome. */
class FailingBackend extends MemoryBackend {
  failAt = Number.POSITIVE_INFINITY;
  sent = 0;

  override async commit(commit: Parameters<MemoryBackend['commit']>[0]): Promise<CommitOutcome> {
    this.sent += 1;
    const outcome = await super.commit(commit);
    if (this.sent === this.failAt) throw new Error('the disk is on fire');
    return outcome;
  }
}

test('[committer-5] after an unknown failure nothing more is sent, and the next process finds what took effect', async () => {
  const store = new MemoryStore();
  const backend = new FailingBackend(store);
  const run = await startRun(backend);
  const state = await openState({ key: 'state', initial: large, run });
  const shared = await useState('shared', { count: 0 }, { run });
  await state.commit(count);
  backend.failAt = backend.sent + 1;
  const transaction = run.begin();
  const outcomes = await Promise.allSettled([state.commit(count), state.commit(count), transaction.commit()]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { message: 'the disk is on fire' } });
  await expect(state.commit(count)).rejects.toThrow('on fire');
  await expect(run.settled()).rejects.toThrow('on fire');
  expect(backend.sent).toBe(backend.failAt);
  expect([state.value.count, shared.count]).toEqual([1, 0]);
  const { calls } = backend;
  await state.close();
  expect(backend.calls).toBe(calls);
  const next = await openState({ key: 'state', initial, run: await startRun(new MemoryBackend(store)) });
  expect(next.value.count).toBe(3);
});

test('[committer-3] a change that is too large to be serialized is rejected, and no other change with it', async () => {
  const run = await startRun(new MemoryBackend(new MemoryStore()));
  const state = await openState({ key: 'state', initial, run });
  const text = 'x'.repeat(200 * 1024 * 1024);
  const outcomes = await Promise.allSettled([
    state.commit(count),
    state.commit((draft) => Object.assign(draft, { text })),
    state.commit(count),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(CommitRejectedError);
  expect(state.value).toEqual({ count: 2, text: '' });
});

test('a second copy of the library in a process throws', async () => {
  const folder = await dataFolderOfTest();
  try {
    const source = fileURLToPath(new URL('../src', import.meta.url));
    await cp(source, path.join(folder, 'copy'), { recursive: true });
    const script = `
      const [one, two] = await Promise.all([import('${source}/index.ts'), import('./copy/index.ts')]);
      const initial = () => ({});
      await one.openState({ key: 'one', initial });
      await one.openState({ key: 'two', initial });
      await two.openState({ key: 'three', initial }).catch(({ message }) => console.log(message));
      await import('${source}/crawlee/index.ts');
    `;
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, flags, {
      cwd: folder,
      env: { ...process.env, APIFY_IS_AT_HOME: '' },
    });
    expect(stdout).toContain('two copies');
    expect(stdout).toContain(path.join(folder, 'copy'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
