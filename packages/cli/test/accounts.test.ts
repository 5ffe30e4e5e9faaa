/** The commands for users, tokens and the audit log, as an administrator and as a member call them. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import type { AuditEntry, Collection, MadeToken, Token, User } from '../src/platform/wherry-api.ts';
import { dataFolderOfTest, type LivePlatform, startLive } from './live-platform.ts';

let dataFolder: string;
let platform: LivePlatform;

beforeAll(async () => {
  dataFolder = await dataFolderOfTest();
  platform = await startLive(dataFolder);
});
afterAll(async () => {
  await platform.interrupt();
  await rm(dataFolder, { recursive: true, force: true });
});

test('users are made, disabled, enabled and removed, and their first token is the only thing on stdout', async () => {
  const added = await platform.wherry('users', 'add', 'jane', '--email', 'jane@example.com');
  expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^wherry_\S+\n$/) });
  const token = added.stdout.trim();
  const asJane = (...command: string[]) => platform.wherry(...command, '--token', token);
  expect(await asJane('users', 'list')).toMatchObject({
    exitCode: exitCodes.refused,
    stderr: expect.stringContaining('Only an administrator'),
  });
  expect(await platform.wherry('users', 'disable', 'jane')).toMatchObject({ stdout: 'jane is disabled.\n' });
  expect(await asJane('runs')).toMatchObject({ exitCode: exitCodes.refused });
  expect((await platform.wherry('users', 'list')).stdout).toMatch(/jane +\w+ +member +disabled/);
  await platform.wherry('users', 'enable', 'jane');
  expect(await platform.wherry('users', 'role', 'jane', '--role', 'administrator')).toMatchObject({ exitCode: 0 });
  expect(await asJane('users', 'list')).toMatchObject({ exitCode: 0 });
  expect(await platform.wherry('users', 'remove', 'jane')).toMatchObject({
    exitCode: exitCodes.badUsage,
    stderr: expect.stringContaining('--yes'),
  });
  expect((await platform.json<User>('users', 'remove', 'jane', '--yes')).removedAt).not.toBeNull();
});

test('tokens are made with limits, rotated and removed; lists and the log do not have them', async () => {
  const made = await platform.json<MadeToken>('tokens', 'add', 'trigger', '--scopes', 'read,run', '--days', '90');
  expect(made).toMatchObject({ scopes: ['read', 'run'], resources: null, username: 'wherry' });
  expect(Date.parse(made.expiresAt!)).toBeGreaterThan(Date.now());
  const runs = (token: string) => platform.wherry('runs', '--token', token);
  const rotated = (await platform.wherry('tokens', 'rotate', made.id)).stdout.trim();
  expect(await runs(made.token)).toMatchObject({ exitCode: exitCodes.refused });
  expect(await runs(rotated)).toMatchObject({ exitCode: 0 });
  const listed = await platform.wherry('tokens', 'list', '--all');
  expect(listed.stdout).toMatch(/trigger +read,run/);
  expect(await platform.wherry('tokens', 'remove', made.id)).toMatchObject({
    stdout: 'The token "trigger" of wherry is removed.\n',
  });
  const left = await platform.json<Token[]>('tokens', 'list');
  expect(left.map(({ name }) => name)).toEqual(['data folder']);
  const log = await platform.json<AuditEntry[]>('audit', '--operation', 'tokens/{tokenId}');
  expect(log.map(({ operation, subject, outcome }) => [operation, subject.tokenId, outcome])).toEqual([
    ['DELETE /wherry/v1/tokens/{tokenId}', made.id, 'done'],
    ['POST /wherry/v1/tokens/{tokenId}/rotate', made.id, 'done'],
  ]);
  const shown = (await platform.wherry('audit')).stdout;
  expect(shown).toContain(made.id);
  expect(listed.stdout + shown).not.toContain(rotated);
});

test.each([
  [['tokens', 'add', 'x', '--scopes', 'write'], /read, run, manage/],
  [['tokens', 'add', 'x', '--days', '-1'], /days above 0/],
  [['users', 'role', 'jane'], /--role/],
])('%j is bad usage', async (command, message) => {
  const { exitCode, stderr } = await platform.wherry(...command);
  expect(exitCode).toBe(exitCodes.badUsage);
  expect(stderr).toMatch(message);
});

test('the limits of a user are set and taken back', async () => {
  await platform.wherry('users', 'add', 'limited');
  const limited = await platform.json<User>('users', 'limit', 'limited', '--max-runs', '3', '--memory', '2048');
  expect(limited).toMatchObject({ maxRuns: 3, maxMemoryMbytes: 2048 });
  expect(await platform.wherry('users', 'limit', 'limited', '--memory', 'none')).toMatchObject({
    stdout: "limited has these limits: runs 3, memory in MB the platform's limit.\n",
  });
  expect(await platform.wherry('users', 'limit', 'limited')).toMatchObject({ exitCode: exitCodes.badUsage });
  expect(await platform.wherry('users', 'limit', 'limited', '--max-runs', 'many')).toMatchObject({
    exitCode: exitCodes.badUsage,
  });
});

test('gc shows what it would delete, and deletes nothing where everything is kept', async () => {
  const dry = await platform.wherry('gc', '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Nothing was deleted.') });
  expect(dry.stdout).toMatch(/runs +0 +0\n[\s\S]*key-value stores +0 +0\n[\s\S]*builds +0 +0\n/);
  const collection = await platform.json<Collection>('gc');
  expect(collection).toMatchObject({ isDryRun: false, error: null, finishedAt: expect.any(String) });
});
