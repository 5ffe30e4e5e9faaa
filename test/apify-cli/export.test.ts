/** An Actor of this workspace that `wherry export` wrote: the stock Apify CLI pushes it, and it needs nothing else. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { callWherry } from '../../packages/cli/test/program.ts';
import { startRunFixture } from '../../packages/platform/test/run-fixture.ts';
import { startTikTokSite } from '../../packages/tiktok-site/src/index.ts';
import { logIn } from './logged-in-cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a TikTok Actor is exported, pushed and called', async () => {
  await using fixture = await startRunFixture();
  await using site = await startTikTokSite({ unavailableRate: 0 });
  await using cli = await logIn(fixture.platform, { templateList: true });
  const folder = path.join(cli.home, 'tiktok-user-info');
  const exported = await callWherry(['export', 'actors/tiktok-user-info', folder], { cwd: root });
  expect(exported.exitCode, exported.stderr).toBe(0);
  const definition = path.join(folder, '.actor', 'actor.json');
  const environmentVariables = { TIKTOK_SITE_URL: site.url };
  const actor = { ...JSON.parse(await readFile(definition, 'utf8')), environmentVariables };
  await writeFile(definition, JSON.stringify(actor));

  await cli.apify(folder, 'push');
  const profiles = site.truth.usernames(20);
  const { output } = await cli.apify(folder, 'call', '--input', JSON.stringify({ profiles }));
  expect(output).toContain('20 results');
  const [last] = (await fixture.client.runs().list({ desc: true, limit: 1 })).items;
  const items = await fixture.itemsOf((await fixture.client.run(last!.id).get())!);
  expect(items.map(({ input }) => input).toSorted()).toEqual(profiles.toSorted());
});
