import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes a minute or more: it goes through a budget, or starts many runs. */
const slow = [
  'test/guide.test.ts',
  'test/torture.test.ts',
  'test/tiktok-prove.test.ts',
  'test/tiktok-lists.test.ts',
  'test/tiktok-list-runs.test.ts',
  'packages/prover/test/faulty-actors.test.ts',
  'packages/cli/test/demo.test.ts',
  'packages/platform/test/platform-kill.test.ts',
  'packages/platform/test/python-handoffs.test.ts',
  'packages/platform/test/handoff-actors.test.ts',
  'packages/prover/test/sound-actors.test.ts',
  'packages/durable/test/crawlee/deaths.test.ts',
  'packages/cli/test/live.test.ts',
  'test/tiktok-actors.test.ts',
  'test/apify-cli/apify-cli.test.ts',
  'test/packages.test.ts',
  'test/docker/guide.docker.test.ts',
  'test/docker/swarm-crawl.docker.test.ts',
  'test/docker/tiktok.docker.test.ts',
  'packages/platform/test/docker/reattachment.docker.test.ts',
];

/** A slow file that begins as one of the last would be alone at work in the end. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.some((name) => moduleId.endsWith(`/${name}`));
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
