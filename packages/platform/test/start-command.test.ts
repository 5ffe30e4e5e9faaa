/** What the process engine starts: the order of builds/start-command.ts. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findDockerfile } from '../src/builds/steps/dockerfile.ts';
import { findProgram } from '../src/builds/steps/find-program.ts';
import { imagePlanOf } from '../src/builds/steps/image-plan.ts';
import { findStartCommand } from '../src/builds/steps/start-command.ts';

/** Writes the files of an Actor into a new folder. */
async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text, { mode: name.includes('.bin/') ? 0o755 : 0o644 });
  }
  return folder;
}

async function planOf(folder: string, named?: string, args: Record<string, string> = {}, contextFolder = folder) {
  const dockerfile = await findDockerfile(folder, named);
  return dockerfile && imagePlanOf(await readFile(dockerfile, 'utf8'), { folder, contextFolder, args });
}

async function startOf(files: Record<string, string>, scripts: Record<string, string> = {}, dockerfile?: string) {
  const folder = await folderWith(files);
  const plan = (await planOf(folder, dockerfile)) || undefined;
  const place = {
    folder: path.join(folder, plan?.workFolder ?? ''),
    packageFile: { scripts },
    searchPath: '/usr/bin:/bin',
  };
  return { folder, ...(await findStartCommand(place, plan)) };
}

async function commandOf(files: Record<string, string>, scripts: Record<string, string> = {}, dockerfile?: string) {
  const { file, args } = await startOf(files, scripts, dockerfile);
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
  const ofPackages = { 'node_modules/.bin/tsx': '' };
  expect(await commandOf({ Dockerfile, ...ofPackages }, scripts)).toContain('tsx src/main.ts');
});

/** Program and arguments, as one line. */
async function lineOf(dockerfile: string, files: Record<string, string> = {}, scripts: Record<string, string> = {}) {
  const { file, args } = await startOf({ ...files, Dockerfile: dockerfile }, scripts);
  return [file, ...args].join(' ').replace('export PATH="$PWD/node_modules/.bin:$PATH"; ', '');
}

test('a command in its shell form, and one for another program, run as they are', async () => {
  const start = { start: 'node other.js' };
  const files = { 'main.sh': '#!/bin/bash\n', 'x.js': '' };
  expect(await lineOf('FROM node\nCMD node x.js; echo $?', files, start)).toBe('/bin/sh -c node x.js; echo $?');
  expect(await lineOf('FROM node\nCMD ["/bin/bash", "main.sh"]', files, start)).toBe('/bin/bash main.sh');
  expect(await lineOf('FROM node\nCMD bash main.sh', files, start)).toBe('/bin/sh -c bash main.sh');
  expect(await lineOf('FROM node\nSHELL ["/bin/bash", "-ec"]\nCMD echo $A', files)).toBe('/bin/bash -ec echo $A');
  expect(await lineOf('FROM node\nCMD ["sh", "-c", "A=1 node x.js | cat"]', files)).toBe('sh -c A=1 node x.js | cat');
  expect(await lineOf('FROM node\nCMD A=1 B=2 node x.js', files)).toBe('/bin/sh -c A=1 B=2 node x.js');
});

test('ENTRYPOINT and CMD go together as Docker puts them together', async () => {
  const files = { 'x.js': '', 'run.sh': '#!/bin/sh\n' };
  expect(await lineOf('FROM a\nENTRYPOINT ["node"]\nCMD ["x.js", "--a b"]', files)).toBe('node x.js --a b');
  expect(await lineOf('FROM a\nENTRYPOINT ["./run.sh"]\nCMD node x.js', files)).toBe('./run.sh /bin/sh -c node x.js');
  expect(await lineOf('FROM a\nENTRYPOINT exec node x.js\nCMD ["ignored"]', files)).toBe('/bin/sh -c exec node x.js');
  expect(await lineOf('FROM a\nCMD ["former"]\nENTRYPOINT ["node", "x.js"]', files)).toBe('node x.js');
  expect(await lineOf('FROM a\nENTRYPOINT ["/usr/bin/tini", "-g", "--"]\nCMD ["node", "x.js"]', files)).toBe(
    'node x.js',
  );
});

test('what only gives a display in Apify’s images is left out', async () => {
  for (const command of [
    'CMD ./start_xvfb_and_run_cmd.sh && ./run_protected.sh npm run start:prod --silent',
    'CMD ["sh", "-c", "./start_xvfb_and_run_cmd.sh && npm run start:prod"]',
    'CMD xvfb-run -a npm run start:prod',
    'CMD ["/usr/local/bin/node", "/home/myuser/dist/main.js"]',
    'CMD ["yarn", "run", "start:prod"]',
    'CMD pnpm run start:prod',
  ]) {
    expect(await lineOf(`FROM apify/actor-node\nCOPY . ./\n${command}`, {}, scripts)).toBe('node dist/main.js');
  }
});

test('a program that this machine does not have fails the build, and says what to do', async () => {
  for (const command of [
    'CMD bun run src/main.ts',
    'CMD ["bun", "run", "start"]',
    'ENTRYPOINT ["bun"]\nCMD ["x.ts"]',
  ]) {
    await expect(lineOf(`FROM oven/bun\n${command}`, {}, { start: 'bun x.ts' })).rejects.toThrow(
      /this machine has no program "bun"\. Install it where the platform runs, .*or use the docker engine/,
    );
  }
  await expect(commandOf({}, { start: 'bun src/main.ts' })).rejects.toThrow('no program "bun"');
  await expect(lineOf('FROM golang\nCMD ["./server"]')).rejects.toThrow('there is no ./server');
});

test('a folder with the name of a program, and a file that cannot be run, are passed over', async () => {
  const folder = await folderWith({ 'one/tool/x': '', 'two/tool': '', 'three/.bin/tool': '' });
  const PATH = ['one', 'two', 'three/.bin'].map((name) => path.join(folder, name)).join(path.delimiter);
  expect(findProgram('tool', { PATH })).toBe(path.join(folder, 'three/.bin/tool'));
  expect(findProgram('x', { PATH })).toBeUndefined();
});

test('a program among the sources is made executable', async () => {
  const { folder, file } = await startOf({ 'main.sh': '#!/bin/sh\n', Dockerfile: 'FROM a\nCMD ["./main.sh"]' });
  expect(file).toBe('./main.sh');
  expect((await stat(path.join(folder, 'main.sh'))).mode & 0o111).toBe(0o111);
});

test('ENV and ARG have the values that they have at the end of the last stage', async () => {
  const Dockerfile = `ARG TAG=24
ARG BASE=apify/actor-node
FROM \${BASE}:\${TAG} AS base
ENV A=1 B="two words" C='$A'
ENV OLD form of it
FROM other AS builder
ENV HIDDEN=1
FROM base
ARG VERSION=1.0
ARG GIVEN=no
ARG TAG
ENV D=$A-\${VERSION} E=\${NONE:-usual} F=\${A:+set} G=\${GIVEN}/\${TAG} \\
  # a comment
  H=last
`;
  const plan = await planOf(await folderWith({ Dockerfile }), undefined, { GIVEN: 'yes' });
  expect(plan).toMatchObject({ image: 'apify/actor-node:24' });
  expect((plan as { env: object }).env).toEqual({
    ...{ A: '1', B: 'two words', C: '$A', OLD: 'form of it' },
    ...{ D: '1-1.0', E: 'usual', F: 'set', G: 'yes/24', H: 'last' },
  });
});

test('the working directory is the folder of the sources that the image has there', async () => {
  const files = { 'app/x.js': '', 'packages/one/x.js': '', 'x.js': '', 'package.json': '' };
  const folderOf = async (dockerfile: string) => {
    const folder = await folderWith({ ...files, Dockerfile: `FROM node\n${dockerfile}` });
    return ((await planOf(folder)) as { workFolder: string }).workFolder;
  };
  expect(await folderOf('COPY . ./')).toBe('');
  expect(await folderOf('WORKDIR /srv\nCOPY . .\nWORKDIR packages/one')).toBe('packages/one');
  expect(await folderOf('COPY . /srv\nWORKDIR /srv/app')).toBe('app');
  expect(await folderOf('WORKDIR /srv\nCOPY package.json ./\nCOPY app/ ./')).toBe('app');
  expect(
    await folderOf('ENV ROOT=/srv\nWORKDIR $ROOT\nCOPY --chown=a:b ["./app", "./app"]\nCOPY package*.json ./'),
  ).toBe('');
  expect(await folderOf('WORKDIR /elsewhere')).toBe('');
  const relative = await lineOf('FROM a\nWORKDIR /srv\nCOPY . .\nCMD ["node", "/srv/x.js"]', { 'x.js': '' });
  expect(relative).toBe('node x.js');
});

test('instructions that are not carried out are those that do more than install packages and build', async () => {
  const Dockerfile = `FROM node
RUN npm ci --omit=dev && echo "Installed:" && (npm list || true) && rm -r ~/.npm
RUN npm run build
RUN apk add --no-cache jq
RUN npm install -g apify-cli
RUN npm install -g ./tool.tgz
`;
  const plan = await planOf(await folderWith({ Dockerfile }));
  expect(plan).toHaveProperty('ignoredRuns', ['apk add --no-cache jq', 'npm install -g ./tool.tgz']);
});

test.each([
  ['npm install --global apify-cli', { 'apify-cli': 'latest' }],
  [
    'npm --quiet set progress=false && npm install --global apify-cli && (npm list --global --all || true)',
    { 'apify-cli': 'latest' },
  ],
  ['npm i -g @scope/tool@^1.2 "other@2"', { '@scope/tool': '^1.2', other: '2' }],
  ['npm --location=global --prefix /opt install tool --loglevel error', { tool: 'latest' }],
  ['yarn global add tool; pnpm add -g another@~3.1.0', { tool: 'latest', another: '~3.1.0' }],
  ['npm install -g npm@latest pnpm corepack', {}],
  ['npm install tool && npm ls -g', {}],
  ['npm install -g $TOOL ./own.tgz https://x.example/y.tgz', {}],
])('packages that are installed globally: %s', async (run, expected) => {
  const plan = await planOf(await folderWith({ Dockerfile: `FROM node\nRUN ${run}\n` }));
  expect(plan).toHaveProperty('globalPackages', expected);
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
