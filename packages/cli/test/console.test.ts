/** How a user comes from the terminal into the console. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureConsoleBuilt } from '../../../scripts/build-console.mjs';
import { until } from '../../../test/support/until.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { dataFolderOfTest, type LivePlatform, livePlatformOf } from './live-platform.ts';
import { callWherry, exitCodeOf, startInTerminal, startWherry } from './program.ts';

let dataFolder: string;
beforeAll(async () => {
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
  dataFolder = await dataFolderOfTest();
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

/** What the page behind a link does: it signs in with the code that follows the "#". */
async function signInBy(link: string): Promise<{ status: number; username: string | undefined }> {
  const { origin, pathname, hash } = new URL(link);
  expect([pathname, hash.slice(0, 6)]).toEqual(['/console/sign-in', '#code=']);
  const page = await fetch(origin + pathname);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const response = await fetch(`${origin}/wherry/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.slice(6) }),
  });
  const { data } = (await response.json()) as { data?: { username: string } };
  return { status: response.status, username: data?.username };
}

/** Everything that a start says until it is up. It is ended then, and what `act` makes of the output is returned. */
async function whileUp<Result>(up: ChildProcess, folder: string, act: (output: string) => Promise<Result>) {
  onTestFinished(() => void up.kill());
  const ended = once(up, 'exit');
  let output = '';
  for (const stream of [up.stdout!, up.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
  await until('the platform is up', () => output.includes('Press Ctrl-C to end'));
  const result = await act(output);
  process.kill(Number(await readFile(path.join(folder, 'platform.pid'), 'utf8')), 'SIGTERM');
  await ended;
  return result;
}

const linkIn = (output: string): string | undefined => /Console: (\S+)/.exec(output)?.[1];

test('a start shows a terminal a link that signs in once, and other output only where the console is', async () => {
  const folder = path.join(dataFolder, 'shown');
  const flags = ['up', '--port', '0', '--data', folder];
  const shown = await whileUp(startInTerminal(flags), folder, async (output) => {
    const link = linkIn(output)!;
    expect(await signInBy(link)).toEqual({ status: 201, username: 'wherry' });
    expect(await signInBy(link)).toMatchObject({ status: 401 });
    return link;
  });
  await whileUp(startWherry(flags), folder, async (output) => {
    expect(linkIn(output)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/console\/$/);
    expect(output).not.toContain('code=');
  });
  const code = new URL(shown).hash.slice(6);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  for (const file of files) {
    expect(await readFile(path.join(file.parentPath, file.name), 'latin1'), file.name).not.toContain(code);
  }
});

test('a start with --json has the link, and `wherry console` makes others, with the rights of its token', async () => {
  const up = startWherry(['up', '--port', '0', '--data', path.join(dataFolder, 'json'), '--json']);
  onTestFinished(() => void up.kill());
  const ended = exitCodeOf(up);
  let output = '';
  up.stdout!.on('data', (chunk: Buffer) => (output += chunk));
  const line = await until('it says that it is up', () => /^.*\n/.exec(output)?.[0]);
  const { url, token, consoleUrl } = JSON.parse(line) as { url: string; token: string; consoleUrl: string };
  expect(await signInBy(consoleUrl)).toEqual({ status: 201, username: 'wherry' });

  const environment = { WHERRY_URL: url, WHERRY_TOKEN: token };
  const made = await callWherry(['console'], { environment });
  expect(made.exitCode).toBe(exitCodes.ok);
  expect(await signInBy(made.stdout.trim())).toEqual({ status: 201, username: 'wherry' });
  expect(made.stderr).toContain('It signs in once');
  await callWherry(['users', 'add', 'jane'], { environment });
  const ofJane = await callWherry(['tokens', 'add', 'laptop', '--user', 'jane'], { environment });
  const another = { WHERRY_URL: url, WHERRY_TOKEN: ofJane.stdout.trim() };
  const link = JSON.parse((await callWherry(['console', '--json'], { environment: another })).stdout) as {
    url: string;
  };
  expect(await signInBy(link.url)).toEqual({ status: 201, username: 'jane' });

  const wrong = await callWherry(['console', '--token', 'not-the-token'], { environment });
  expect(wrong).toMatchObject({ exitCode: exitCodes.refused, stdout: '' });
  process.kill(up.pid!, 'SIGINT');
  expect(await ended).toBe(exitCodes.ok);
});

test('without a console, there is no link, and it is said how to build one', async () => {
  // The platform of a program that was installed without a console.
  await using platform: LivePlatform = await livePlatformOf(
    ['up', '--port', '0', '--data', path.join(dataFolder, 'without'), '--json'],
    {
      environment: { WHERRY_NO_CONSOLE: '1' },
    },
  );
  const refused = await platform.wherry('console');
  expect(refused).toMatchObject({ exitCode: exitCodes.refused, stdout: '' });
  expect(refused.stderr).toContain('serves no console');
  expect((await fetch(platform.url, { headers: { accept: 'text/html' } })).status).toBe(200);
});
