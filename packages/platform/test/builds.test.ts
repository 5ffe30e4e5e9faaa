import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ActorSourceType } from 'apify-client';
import { expect, onTestFinished, test } from 'vitest';
import { findBuild, getBuildForRun } from '../src/builds/build-for-run.ts';
import { defineRead } from '../src/database/operation.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { readProcesses } from '../src/shared/process-table.ts';
import { type Fixture, startFixture } from './fixture.ts';

const run = promisify(execFile);
const platform = { kind: 'platform' } as const;
type Files = Record<string, string | object>;

const sourceFiles = (files: Files) =>
  Object.entries(files).map(([name, content]) => ({
    name,
    format: 'TEXT' as const,
    content: typeof content === 'string' ? content : JSON.stringify(content),
  }));

async function actorWith({ client }: Fixture, files: Files, more: object = {}, name = 'a') {
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles: sourceFiles(files),
    ...more,
  };
  return client.actor((await client.actors().create({ name, versions: [version as never] })).id);
}

async function buildOf(fixture: Fixture, actor: { build(version: string, options?: object): Promise<{ id: string }> }) {
  const { id } = await actor.build('0.1');
  const build = await fixture.client.build(id).waitForFinish();
  const log = (await fixture.client.log(id).get())!;
  const files = path.join(fixture.dataFolder, 'builds', id);
  return { build: build as typeof build & { statusMessage: string }, id, log, files };
}

const buildForRun = defineRead('test.findBuild', function* (input: { actorId: string; build?: string }) {
  return yield* findBuild(input.actorId, input.build);
});
const buildById = defineRead('test.getBuildForRun', function* (id: string) {
  return yield* getBuildForRun(id);
});

/** Reads with a connection of its own, as the run code does inside the platform. */
async function readDatabase<Result>(fixture: Fixture, read: (database: SqliteDatabase) => Promise<Result>) {
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  try {
    return await read(database);
  } finally {
    await database.close();
  }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder in the build environment's path whose `npm` says that it was called, and fails. */
async function withoutNpm(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'npm'), '#!/bin/sh\necho NPM-WAS-CALLED\nexit 9\n', { mode: 0o755 });
  const before = process.env.PATH;
  process.env.PATH = `${folder}:${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
  return folder;
}

const main = { 'main.js': 'console.log(1)' };

test('an Actor without dependencies is built without npm, and a run finds what to start', async () => {
  await withoutNpm();
  await using fixture = await startFixture();
  const actor = await actorWith(fixture, {
    'package.json': { scripts: { start: 'node src/main.js --fast' }, devDependencies: { nothing: '1.0.0' } },
    'src/main.js': 'console.log(1)',
    '.actor/actor.json': { actorSpecification: 1, name: 'a', version: '0.1', defaultMemoryMbytes: 256 },
    'README.md': '# Read me',
  });
  const { build, log, id, files } = await buildOf(fixture, actor);
  expect(build, log).toMatchObject({ status: 'SUCCEEDED', buildNumber: '0.1.1', actId: actor.id });
  expect(build).toMatchObject({ readme: '# Read me', actorDefinition: { name: 'a' } });
  expect(log).not.toContain('NPM-WAS-CALLED');
  expect(await readFile(path.join(files, 'src/main.js'), 'utf8')).toBe('console.log(1)');
  const found = await readDatabase(fixture, (database) => database.read(buildForRun, { actorId: actor.id! }, platform));
  expect(found).toMatchObject({
    id,
    actorId: actor.id,
    number: '0.1.1',
    program: {
      kind: 'folder',
      folder: `builds/${id}`,
      command: { file: process.execPath, args: ['src/main.js', '--fast'] },
    },
    inputSchema: null,
    defaultRunOptions: { build: 'latest', memoryMbytes: 256, timeoutSecs: 3600 },
  });
  expect((await fixture.client.actor(actor.id!).get())!.taggedBuilds).toMatchObject({
    latest: { buildId: id, buildNumber: '0.1.1' },
  });
});

test('a start script that needs a shell gets one, and an Actor with nothing to start fails with what to correct', async () => {
  await using fixture = await startFixture();
  const shell = await actorWith(fixture, { ...main, 'package.json': { scripts: { start: 'A=1 node main.js | cat' } } });
  const { id } = await buildOf(fixture, shell);
  const found = await readDatabase(fixture, (database) => database.read(buildById, id, platform));
  expect(found.program).toMatchObject({
    command: { file: '/bin/sh', args: ['-c', expect.stringContaining('A=1 node main.js | cat')] },
  });
  const nothing = await actorWith(fixture, { 'notes.txt': 'x' }, {}, 'b');
  const { build, log } = await buildOf(fixture, nothing);
  expect(build.status).toBe('FAILED');
  expect(build.statusMessage).toContain('"start" script');
  expect(log).toContain('"start" script');
});

/** As the TypeScript templates of Apify have them: `start` is for development, the image starts what was built. */
const typescriptFiles = {
  '.actor/actor.json': { actorSpecification: 1, name: 'a', version: '0.1', dockerfile: '../Dockerfile' },
  'tsconfig.json': { compilerOptions: { module: 'nodenext', outDir: 'dist', types: [] }, include: ['src/**/*'] },
  'src/main.ts': 'const sum: number = 40 + 2;\nconsole.log(sum);\n',
  'package.json': {
    type: 'module',
    devDependencies: { typescript: '5.9.3' },
    scripts: {
      start: 'npm run start:dev',
      'start:prod': 'node dist/main.js',
      'start:dev': 'tsx src/main.ts',
      build: 'tsc',
    },
  },
  Dockerfile: `FROM apify/actor-node:24 AS builder
COPY --chown=myuser:myuser package*.json ./
RUN npm install --include=dev --audit=false
COPY --chown=myuser:myuser . ./
RUN npm run build

FROM apify/actor-node:24
COPY --from=builder --chown=myuser:myuser /usr/src/app/dist ./dist
# Run the image.
CMD npm run start:prod --silent
`,
};

test('a TypeScript Actor is built as its Dockerfile builds it, and started with what that starts', async () => {
  await using fixture = await startFixture();
  const { build, id, log, files } = await buildOf(fixture, await actorWith(fixture, typescriptFiles));
  expect(build.status, log).toBe('SUCCEEDED');
  const { program } = await readDatabase(fixture, (database) => database.read(buildById, id, platform));
  expect(program).toMatchObject({ command: { file: process.execPath, args: ['dist/main.js'] } });
  expect((await run(process.execPath, ['dist/main.js'], { cwd: files })).stdout).toBe('42\n');
});

test('packages are installed once for all Actors that want the same', async () => {
  await using fixture = await startFixture();
  const files = {
    'package.json': { type: 'module', dependencies: { 'is-number': '7.0.0' }, scripts: { start: 'node main.js' } },
    'main.js': "import isNumber from 'is-number'; console.log(isNumber(5));",
  };
  const first = await buildOf(fixture, await actorWith(fixture, files, {}, 'a'));
  expect(first.build.status, first.log).toBe('SUCCEEDED');
  expect(first.log).toContain('npm install');
  await withoutNpm();
  const second = await buildOf(fixture, await actorWith(fixture, { ...files, 'more.js': '' }, {}, 'b'));
  expect(second.build.status, second.log).toBe('SUCCEEDED');
  const modules = await Promise.all([first, second].map((each) => realpath(path.join(each.files, 'node_modules'))));
  expect(modules[0]).toBe(modules[1]);
  expect((await run(process.execPath, ['main.js'], { cwd: second.files })).stdout).toBe('true\n');
});

test('two builds at once share the installation of their packages', async () => {
  await using fixture = await startFixture();
  const packageFile = { dependencies: { 'is-number': '6.0.0' }, scripts: { start: 'node main.js' } };
  const actors = await Promise.all(
    ['a', 'b'].map((name) => actorWith(fixture, { ...main, 'package.json': packageFile }, {}, name)),
  );
  const builds = await Promise.all(actors.map((actor) => buildOf(fixture, actor)));
  expect(builds.map(({ build }) => build.status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(await readdir(path.join(fixture.dataFolder, 'dependencies'))).toHaveLength(1);
});

test('a build script runs with its packages, may write into them, and fails the build when it fails', async () => {
  await using fixture = await startFixture();
  const packageFile = {
    devDependencies: { 'is-number': '7.0.0' },
    scripts: { build: 'node make.js', start: 'node dist/main.js' },
  };
  const make = `require('fs').mkdirSync('dist'); require('fs').writeFileSync('dist/main.js', '');
    require('fs').writeFileSync(require.resolve('is-number/package.json'), '{}');`;
  const files = { 'package.json': packageFile, 'make.js': make };
  const first = await buildOf(fixture, await actorWith(fixture, files, {}, 'a'));
  expect(first.build.status, first.log).toBe('SUCCEEDED');
  await access(path.join(first.files, 'dist/main.js'));
  const [layer] = await readdir(path.join(fixture.dataFolder, 'dependencies'));
  const shared = path.join(fixture.dataFolder, 'dependencies', layer!, 'node_modules/is-number/package.json');
  expect(JSON.parse(await readFile(shared, 'utf8'))).toMatchObject({ name: 'is-number' });
  const failing = { 'package.json': { scripts: { build: 'echo broken; exit 3' } }, ...main };
  const second = await buildOf(fixture, await actorWith(fixture, failing, {}, 'b'));
  expect(second.build).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('exit code 3') });
  expect(second.log).toContain('broken');
});

test('a package that does not exist fails the build, and the log says so', async () => {
  await using fixture = await startFixture();
  const packageFile = { dependencies: { 'is-number': '999.0.0' } };
  const { build, log } = await buildOf(fixture, await actorWith(fixture, { ...main, 'package.json': packageFile }));
  expect(build).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('npm install') });
  expect(log).toContain('is-number');
  expect((await readdir(path.join(fixture.dataFolder, 'dependencies'))).length).toBe(0);
});

test('builds are numbered for each version, listed, tagged, found by tag or number, and deleted', async () => {
  await using fixture = await startFixture();
  const actor = await actorWith(fixture, main);
  const first = await buildOf(fixture, actor);
  const { id: secondId } = await actor.build('0.1', { tag: 'beta', waitForFinish: 60 });
  const second = (await fixture.client.build(secondId).get())!;
  expect([first.build.buildNumber, second.buildNumber]).toEqual(['0.1.1', '0.1.2']);
  expect((await actor.builds().list({ desc: true })).items.length).toBe(2);
  expect((await fixture.client.builds().list()).total).toBe(2);
  expect((await (await actor.defaultBuild()).get())!.id).toBe(first.id);
  const number = async (build: string) =>
    readDatabase(fixture, (database) => database.read(buildForRun, { actorId: actor.id!, build }, platform));
  expect((await number('beta')).number).toBe('0.1.2');
  expect((await number('0.1.1')).number).toBe('0.1.1');
  await expect(number('gamma')).rejects.toMatchObject({ statusCode: 404, type: 'unknown-build-tag' });
  await expect(number('0.1.9')).rejects.toMatchObject({ statusCode: 404, type: 'build-not-found' });
  await expect(fixture.client.build(first.id).delete()).rejects.toMatchObject({ type: 'deleting-default-build' });
  await fixture.client.build(secondId).delete();
  expect(await fixture.client.build(secondId).get()).toBeUndefined();
  await expect(access(path.join(fixture.dataFolder, 'builds', secondId))).rejects.toThrow();
  expect((await buildOf(fixture, actor)).build.buildNumber).toBe('0.1.3');
  const described = (await (await fixture.call('GET', `/v2/actor-builds/${first.id}/openapi.json`)).json()) as {
    info: object;
    paths: Record<string, unknown>;
  };
  expect(described).toMatchObject({ openapi: '3.0.1', info: { version: first.build.buildNumber } });
  expect(Object.keys(described.paths)).toEqual([
    `/actors/${first.build.actId}/run-sync-get-dataset-items`,
    `/actors/${first.build.actId}/runs`,
    `/actors/${first.build.actId}/run-sync`,
  ]);
});

test('a version that cannot be built is refused', async () => {
  await using fixture = await startFixture();
  const actor = await actorWith(fixture, {}, { sourceType: 'GIT_REPO', gitRepoUrl: 'https://example.com/a.git' });
  await expect(actor.build('0.1')).rejects.toMatchObject({ statusCode: 400, type: 'invalid-build' });
  await expect(actor.build('0.7')).rejects.toMatchObject({ statusCode: 404, type: 'record-not-found' });
  expect((await fixture.call('POST', `/v2/acts/${actor.id}/builds`)).status).toBe(400);
  expect((await fixture.call('POST', `/v2/acts/${actor.id}/builds?version=0.1&useCache=maybe`)).status).toBe(400);
  expect((await actor.builds().list()).total).toBe(0);
});

const endless = { ...main, 'package.json': { scripts: { build: 'echo $$ > pid; sleep 1000 & sleep 1000' } } };

async function startEndless(fixture: Fixture, name = 'a') {
  const actor = await actorWith(fixture, endless, {}, name);
  const { id } = await actor.build('0.1');
  const file = path.join(fixture.dataFolder, 'builds', id, 'pid');
  let text = '';
  while (!text.endsWith('\n')) {
    text = await readFile(file, 'utf8').catch(() => '');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { actor, id, group: Number(text) };
}

/** Zombies do not count: who reaps them is up to the machine. */
const groupLives = async (group: number) => (await readProcesses()).some(({ groupId }) => groupId === group);

test('an abort ends a build with all that it started, and one that waits', async () => {
  await using fixture = await startFixture();
  const atWork = await startEndless(fixture, 'a');
  await startEndless(fixture, 'b');
  const waiting = await (await actorWith(fixture, main, {}, 'c')).build('0.1');
  expect(waiting.status).toBe('READY');
  expect((await fixture.client.build(waiting.id).abort()).status).toBe('ABORTED');
  const [ended] = await Promise.all([
    fixture.client.build(atWork.id).waitForFinish(),
    fixture.client.build(atWork.id).abort(),
  ]);
  expect(ended.status).toBe('ABORTED');
  expect(await groupLives(atWork.group)).toBe(false);
  expect((await fixture.client.build(atWork.id).abort()).status).toBe('ABORTED');
  await expect(fixture.client.build((await startEndless(fixture, 'd')).id).delete()).rejects.toMatchObject({
    type: 'deleting-unfinished-build',
  });
});

test('a build that takes too long is ended', async () => {
  await using fixture = await startFixture({ buildTimeoutSecs: 1 });
  const { build } = await buildOf(fixture, await actorWith(fixture, endless));
  expect(build.status).toBe('TIMED-OUT');
});

test('a deleted Actor leaves its finished builds, and ends those at work', async () => {
  await using fixture = await startFixture();
  const finished = await actorWith(fixture, main, {}, 'a');
  const { id } = await buildOf(fixture, finished);
  await finished.delete();
  expect((await fixture.client.build(id).get())!.status).toBe('SUCCEEDED');
  const found = await readDatabase(fixture, (database) => database.read(buildById, id, platform));
  expect(found.defaultRunOptions.memoryMbytes).toBe(1024);
  const { actor, id: atWorkId, group } = await startEndless(fixture, 'b');
  await actor.delete();
  expect((await fixture.client.build(atWorkId).waitForFinish()).status).toBe('ABORTED');
  await expect.poll(() => groupLives(group)).toBe(false);
});

test('a build at work when the platform closes is started again by the next one', async () => {
  const dataFolder = await temporaryFolder();
  const flag = path.join(dataFolder, 'go');
  const build = `echo $$ > pid; while [ ! -e '${flag}' ]; do sleep 0.02; done`;
  const first = await startFixture({ dataFolder });
  const actor = await actorWith(first, { ...main, 'package.json': { scripts: { build } } });
  const { id } = await actor.build('0.1');
  await expect.poll(() => readFile(path.join(dataFolder, 'builds', id, 'pid'), 'utf8').catch(() => '')).toMatch(/\n/);
  const group = Number(await readFile(path.join(dataFolder, 'builds', id, 'pid'), 'utf8'));
  await first.platform.close();
  // Killed, and on a busy machine not gone at once.
  await expect.poll(() => groupLives(group)).toBe(false);
  await using second = await startFixture({ dataFolder });
  await writeFile(flag, '');
  expect((await second.client.build(id).waitForFinish()).status).toBe('SUCCEEDED');
});

test('the value of a secret variable is not in the log of a build that prints it', async () => {
  await using fixture = await startFixture();
  const actor = await actorWith(
    fixture,
    { ...main, 'package.json': { scripts: { build: 'echo "token=$TOKEN plain=$PLAIN"' } } },
    {
      applyEnvVarsToBuild: true,
      envVars: [
        { name: 'TOKEN', value: 'very-secret', isSecret: true },
        { name: 'PLAIN', value: 'shown' },
      ],
    },
  );
  const { log, id } = await buildOf(fixture, actor);
  expect(log).toContain('token=[hidden] plain=shown');
  expect(await (await fixture.call('GET', `/v2/actor-builds/${id}`)).text()).not.toContain('very-secret');
});

async function pack(files: Files, command: (folder: string, archive: string) => [string, string[]]): Promise<Buffer> {
  const folder = await temporaryFolder();
  for (const { name, content } of sourceFiles(files)) {
    await mkdir(path.join(folder, 'in', path.dirname(name)), { recursive: true });
    await writeFile(path.join(folder, 'in', name), content);
  }
  const archive = path.join(folder, 'archive');
  const [file, args] = command(path.join(folder, 'in'), archive);
  await run(file, args, { cwd: path.join(folder, 'in') });
  return readFile(archive);
}

/** As `apify push` does with an Actor above 3 MB. */
async function buildArchive(fixture: Fixture, archive: Buffer, name: string) {
  const store = await fixture.client.keyValueStores().getOrCreate(`source-${name}`);
  await fixture.client
    .keyValueStore(store.id)
    .setRecord({ key: 'v.zip', value: archive as never, contentType: 'application/zip' });
  const tarballUrl = `${fixture.client.baseUrl}/key-value-stores/${store.id}/records/v.zip?disableRedirect=true`;
  const actor = await actorWith(fixture, {}, { sourceType: 'TARBALL', tarballUrl, sourceFiles: undefined }, name);
  return buildOf(fixture, actor);
}

const zipScript = `import sys,zipfile
with zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED) as z:
  for name in sys.argv[2:]: z.writestr(name, open(name).read() if not name.startswith('..') else 'x')`;

test('archives are built from the platform’s own key-value store: zip, tar.gz, and one with a folder around it', async () => {
  await using fixture = await startFixture();
  const zip = await pack({ 'src/main.js': '1' }, (_folder, archive) => [
    'python3',
    ['-c', zipScript, archive, 'src/main.js'],
  ]);
  const tarball = await pack(main, (folder, archive) => ['tar', ['-czf', archive, '-C', folder, '.']]);
  const wrapped = await pack({ 'repo-1/main.js': '1' }, (folder, archive) => [
    'tar',
    ['-czf', archive, '-C', folder, 'repo-1'],
  ]);
  for (const [name, archive] of Object.entries({ zip, tarball, wrapped })) {
    const { build, log } = await buildArchive(fixture, archive, name);
    expect(build.status, log).toBe('SUCCEEDED');
  }
});

test('an archive that would write outside its folder is refused', async () => {
  await using fixture = await startFixture();
  const climbing = await pack(main, (folder, archive) => [
    'tar',
    ['-czPf', archive, '-C', folder, '--transform', 's,main.js,../../escaped.js,', 'main.js'],
  ]);
  const absolute = await pack(main, (folder, archive) => [
    'tar',
    ['-czPf', archive, '-C', folder, '--transform', 's,main.js,/tmp/wherry-escaped.js,', 'main.js'],
  ]);
  const links = await temporaryFolder();
  await symlink('/etc', path.join(links, 'out'));
  await run('tar', ['-czf', path.join(links, 'a.tgz'), '-C', links, 'out']);
  const linked = await readFile(path.join(links, 'a.tgz'));
  const inner = await temporaryFolder();
  await writeFile(path.join(inner, 'main.js'), '');
  await symlink('main.js', path.join(inner, 'index.js'));
  await run('tar', ['-czf', path.join(links, 'b.tgz'), '-C', inner, 'main.js', 'index.js']);
  const linkedInside = await readFile(path.join(links, 'b.tgz'));
  const zip = await pack(main, (_folder, archive) => [
    'python3',
    ['-c', zipScript, archive, 'main.js', '../escaped.js'],
  ]);
  const text = Buffer.from('this is no archive');
  for (const [name, archive] of Object.entries({ climbing, absolute, linked, linkedInside, zip, text })) {
    const { build, log } = await buildArchive(fixture, archive, name);
    expect(build.status, name + log).toBe('FAILED');
    expect(build.statusMessage).toMatch(/archive/);
  }
  const names = await readdir(fixture.dataFolder, { recursive: true });
  expect(names.filter((name) => name.endsWith('escaped.js'))).toEqual([]);
  await expect(access('/tmp/wherry-escaped.js')).rejects.toThrow();
});

test('an archive that cannot be had fails the build', async () => {
  await using fixture = await startFixture();
  const tarballUrl = `${fixture.platform.url}/v2/key-value-stores/none/records/none`;
  const actor = await actorWith(fixture, {}, { sourceType: 'TARBALL', tarballUrl });
  const { build } = await buildOf(fixture, actor);
  expect(build).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('404') });
});
