import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { callWherry } from './program.ts';

const options = { cwd: tmpdir() };
/** A port of this machine on which nothing listens: port 1 is for the superuser, and unused. */
const nowhere = ['--url', 'http://127.0.0.1:1', '--token', 'some-token'];

test('wherry without a command shows its usage with the exit codes', async () => {
  const { exitCode, stdout } = await callWherry([], options);
  expect(exitCode).toBe(exitCodes.ok);
  expect(stdout).toContain('migrate [options] <run>');
  expect(stdout).toContain('Exit codes:');
});

test('wherry --version is one line, and a command’s help has examples', async () => {
  expect(await callWherry(['--version'], options)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const { stdout } = await callWherry(['migrate', '--help'], options);
  expect(stdout).toContain('\nExamples:\n  wherry migrate RUN\n');
});

test.each([
  [['nonsense'], /unknown command 'nonsense'/],
  [['rnus'], /Did you mean runs\?/],
  [['migrate'], /missing required argument 'run'/],
  [['migrate', 'x', '--mode', 'hot'], /warm, cold, lost/],
  [['runs', '--limit', 'many'], /whole number/],
  [['run', 'x', '--input', '{broken'], /the input is not JSON/],
  [['run', 'x', '--input', '@missing.json'], /missing.json cannot be read \(ENOENT\)/],
  [['run', './missing', ...nowhere], /Name the folder of an Actor/],
  [['servers', '--url', 'nowhere'], /--url must be an address/],
  [['servers'], /Pass --token, or set WHERRY_TOKEN/],
  [['up', '--engine', 'podman'], /Use --engine process or --engine docker/],
  [['up', '--prices', 'missing.json'], /--prices missing.json cannot be read: ENOENT/],
])('%j is bad usage, reported in one line', async (commandLine, message) => {
  const { exitCode, stdout, stderr } = await callWherry(commandLine, options);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(exitCode).toBe(exitCodes.badUsage);
});

test.each([[['servers']], [['runs']], [['drain', 'local-1']], [['log', 'x']], [['migrate', 'x']]])(
  '%j without a platform says so in one line',
  async (command) => {
    const { exitCode, stdout, stderr } = await callWherry([...command, ...nowhere, '--json'], options);
    expect(stderr).toMatch(/^wherry: No platform responds at http:\/\/127\.0\.0\.1:1\. .*--url.*\n$/);
    expect(stdout).toBe('');
    expect(exitCode).toBe(exitCodes.notReachable);
  },
);

test('input from stdin that is not JSON is bad usage', async () => {
  const commandLine = ['run', 'x', '--input', '-', ...nowhere];
  expect(await callWherry(commandLine, { ...options, stdin: '{' })).toMatchObject({
    exitCode: exitCodes.badUsage,
    stderr: expect.stringContaining('stdin is not JSON'),
  });
});

test('the docker engine without a daemon is refused before anything is started, with what to do', async () => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
  const outcome = await callWherry(['up', '--engine', 'docker', '--port', '0', '--data', dataFolder], {
    ...options,
    environment: { DOCKER_HOST: `unix://${dataFolder}/none.sock` },
  });
  expect(outcome).toMatchObject({ exitCode: exitCodes.badUsage, stdout: '' });
  expect(outcome.stderr).toMatch(/none\.sock[^\n]*Start Docker, or name another daemon with DOCKER_HOST[^\n]*\n$/);
});
