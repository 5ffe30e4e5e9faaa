import type { ActorRun } from 'apify-client';
import { expect } from 'vitest';
import type { RunFixture } from '../../packages/platform/test/run-fixture.ts';
import type { LoggedInCli } from './logged-in-cli.ts';

/** `apify push`: the build has succeeded, and its log was shown. */
export async function push(cli: LoggedInCli, folder: string, ...options: string[]): Promise<void> {
  const { output } = await cli.apify(folder, 'push', ...options);
  expect(output).toContain('Apify push result: SUCCEEDED');
  expect(output).toContain('Build 0.0.1: done.');
}

/** `apify call`, and the run that it made. */
export async function call(
  { client }: Pick<RunFixture, 'client'>,
  cli: LoggedInCli,
  folder: string,
): Promise<{ run: ActorRun; output: string }> {
  const { output } = await cli.apify(folder, 'call', '--input', '{"second": 40}');
  const { items } = await client.runs().list({ desc: true, limit: 1 });
  return { run: (await client.run(items[0]!.id).get())!, output };
}
