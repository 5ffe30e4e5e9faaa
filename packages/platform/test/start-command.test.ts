/** What the process engine starts: the order of builds/start-command.ts. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findStartCommand } from '../src/builds/steps/start-command.ts';

async function commandOf(files: Record<string, string>, scripts: Record<string, string> = {}, dockerfile?: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const { file, args } = await findStartCommand(folder, { scripts }, dockerfile);
  return file === 'node' ? ['node', ...args].join(' ') : args.join(' ');
}

const scripts = { start: 'npm run start:dev', 'start:dev': 'tsx src/main.ts', 'start:prod': 'node dist/main.js' };

test.each([
  ['CMD npm run start:prod --silent'],
  ['CMD ["npm", "run", "start:prod", "--silent"]'],
  ['CMD npm --silent run start:prod'],
  ['CMD node dist/main.js'],
  ['CMD [ "node", "dist/main.js" ]'],
  ['cmd ./start_xvfb_and_run_cmd.sh && npm run start:prod --silent'],
  ['CMD npm start\nCMD npm run \\\n  # in between\n  start:prod'],
])('the command of the image starts what was built: %s', async (command) => {
  expect(await commandOf({ Dockerfile: `FROM apify/actor-node:24\n${command}\n` }, scripts)).toBe('node dist/main.js');
});

test('only the last stage of a Dockerfile says what starts', async () => {
  const Dockerfile = 'FROM node AS builder\nCMD npm run start:prod\nFROM node\nCOPY . ./\n';
  expect(await commandOf({ Dockerfile }, scripts)).toContain('tsx src/main.ts');
});

test('a command that this engine cannot know leaves it to the start script', async () => {
  for (const command of ['CMD python main.py', 'CMD node x.js; echo $?', 'ENTRYPOINT ["x"]\nCMD node dist/main.js']) {
    const Dockerfile = `FROM node\n${command}\n`;
    expect(await commandOf({ Dockerfile }, { start: 'node src/main.js' })).toBe('node src/main.js');
  }
});

test('the Dockerfile is the one that Apify takes', async () => {
  const of = (file: string) => `FROM node\nCMD node ${file}\n`;
  const files = { 'docker/Dockerfile': of('a.js'), '.actor/Dockerfile': of('b.js'), Dockerfile: of('c.js') };
  expect(await commandOf(files, {}, '../docker/Dockerfile')).toBe('node a.js');
  expect(await commandOf(files)).toBe('node b.js');
  await expect(commandOf(files, {}, './missing')).rejects.toThrow('which is not there');
  await expect(commandOf(files, {}, '/etc/hostname')).rejects.toThrow('among them');
});

test('a script that package.json lacks is named, but for start, which the usual files stand in for', async () => {
  const Dockerfile = 'FROM node\nCMD npm run start:prod\n';
  await expect(commandOf({ Dockerfile })).rejects.toThrow('has no script "start:prod"');
  expect(await commandOf({ Dockerfile: 'FROM node\nCMD npm start\n', 'main.js': '' })).toBe('node main.js');
});

test('a script that calls another one is started as that one, and one that calls itself is left to npm', async () => {
  expect(await commandOf({}, { start: 'npm run serve', serve: 'node serve.js' })).toBe('node serve.js');
  expect(await commandOf({}, { start: 'npm run start' })).toContain('npm run start');
});
