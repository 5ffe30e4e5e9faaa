/**
 * The stock Apify CLI against a platform whose Actors run in containers: their own Dockerfiles make the images. In
 * `npm run test:long` alone: the templates' test makes images of the same kinds, and `apify-cli.test.ts` pushes.
 */
import { expect, inject, test } from 'vitest';
import { openBench, startDockerFixture } from '../../packages/platform/test/docker/docker-host.ts';
import { isLong } from '../support/long.ts';
import { logIn } from './logged-in-cli.ts';
import { call, push } from './push-and-call.ts';

test.runIf(isLong && inject('dockerHost') !== undefined)(
  'Actors in JavaScript and in TypeScript are pushed and called',
  async () => {
    await using bench = openBench();
    await using fixture = await startDockerFixture(bench);
    await using cli = await logIn(fixture.platform, { templateList: true });
    for (const [language, program] of [
      ['javascript', 'src/main.js'],
      ['typescript', 'dist/main.js'],
    ] as const) {
      const folder = await cli.actor(language);
      await push(cli, folder);
      const { run, output } = await call(fixture, cli, folder);
      expect(output).toContain('Adding 2 and 40.');
      expect(await fixture.itemsOf(run)).toEqual([{ first: 2, second: 40, sum: 42 }]);
      const record = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('OUTPUT');
      expect(record!.value).toMatchObject({ startedWith: `/usr/src/app/${program}` });
    }
  },
);
