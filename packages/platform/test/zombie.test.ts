/** Promise 1 against an attempt that comes back after its run went on without it. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { dataFolderOfTest, startRunFixture } from './run-fixture.ts';

/** Numbers items for as long as it may, goes on where the dataset ends, and tells its log how each push came out. */
const loopActor = `
import { Actor } from 'apify';
await Actor.init();
console.log('pid', process.pid);
const { items } = await Actor.getInput();
const dataset = await Actor.openDataset();
for (let next = (await dataset.getInfo()).itemCount; next < items; next += 1) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  await Actor.pushData({ next, pid: process.pid }).catch((error) => {
    console.log('refused', process.pid, error.type ?? error.message);
    process.exit(91);
  });
}
await Actor.exit();
`;

/** A process engine whose server is cut off: what it should kill there lives on. */
class CutOffEngine extends ProcessEngine {
  isCutOff = false;

  override kill(runId: string, attempt: number): void {
    if (!this.isCutOff) super.kill(runId, attempt);
  }
}

test('an attempt that was stopped and goes on after its run was handed off as lost changes nothing', async () => {
  const dataFolder = await dataFolderOfTest();
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const engine = new CutOffEngine({ servers: 2, workFolder: path.join(dataFolder, 'work') });
  await using fixture = await startRunFixture({ engine, dataFolder });
  const actorId = await fixture.deploy('loop', loopActor);
  const run = await fixture.start(actorId, { items: 400 });
  const pid = await until(
    'the run has logged its process id',
    async () => Number(/pid (\d+)/.exec(await fixture.logOf(run.id))?.[1]) || undefined,
  );
  const dataset = fixture.client.dataset<{ next: number; pid: number }>(run.defaultDatasetId);
  await until('the run has pushed 20 items', async () => ((await dataset.get())?.itemCount ?? 0) >= 20);

  process.kill(-pid, 'SIGSTOP');
  engine.isCutOff = true;
  await fixture.migrate(run.id, 'lost');
  const ofZombie = async () => (await dataset.listItems()).items.filter((item) => item.pid === pid).length;
  const before = await ofZombie();
  const isOver = fixture.client.run(run.id).waitForFinish();
  process.kill(-pid, 'SIGCONT');
  await until(`process ${pid} is refused`, async () =>
    (await fixture.logOf(run.id)).includes(`refused ${pid} attempt-fenced`),
  );
  expect(await ofZombie()).toBe(before);
  engine.isCutOff = false;
  expect((await isOver).status).toBe('SUCCEEDED');
  const { items } = await dataset.listItems();
  expect(await ofZombie()).toBe(before);
  expect(items.map(({ next }) => next)).toEqual(Array.from({ length: 400 }, (_, next) => next));
});
