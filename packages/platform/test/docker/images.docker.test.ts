/** Builds that make images, by Actors' own Dockerfiles. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { newId } from '../../src/shared/ids.ts';
import { versionOf } from '../run-fixture.ts';
import { type DockerBench, dockerHost, openBench, startDockerFixture } from './docker-host.ts';

const base = 'FROM apify/actor-node:24';
const says = (text: string) => `${base}\nCMD ["node", "-e", "console.log('${text}')"]\n`;

describe.skipIf(dockerHost === undefined)('a build makes an image', () => {
  let bench: DockerBench;
  let fixture: Awaited<ReturnType<typeof startDockerFixture>>;

  beforeAll(async () => {
    bench = openBench();
    fixture = await startDockerFixture(bench);
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  });

  async function startBuild(files: Record<string, string>, settings: object = {}) {
    const { client } = fixture;
    const version = { ...versionOf('a', files), ...settings };
    const { id: actorId } = await client.actors().create({ name: `a-${newId(8)}`, versions: [version as never] });
    return { actorId, buildId: (await client.actor(actorId).build('0.1')).id };
  }

  async function build(files: Record<string, string>, settings: object = {}) {
    const { client } = fixture;
    const { actorId, buildId } = await startBuild(files, settings);
    const ended = await client.build(buildId).waitForFinish();
    return { statusMessage: '', ...ended, actorId, buildId, log: (await client.log(buildId).get()) ?? '' };
  }

  async function output(files: Record<string, string>, settings: object = {}) {
    const { actorId, status, log } = await build(files, settings);
    expect(status, log).toBe('SUCCEEDED');
    const run = await fixture.start(actorId);
    await fixture.client.run(run.id).waitForFinish();
    return fixture.logOf(run.id);
  }

  const imagesOf = async (buildId: string) =>
    bench.docker.listImages({ filters: { label: [`wherry.build=${buildId}`] } });

  test('the Dockerfile is found where Apify looks for it', async () => {
    const both = { '.actor/Dockerfile': says('of the folder'), Dockerfile: says('of the root') };
    const named = { ...both, 'docker/mine': says('named'), '.actor/actor.json': '{ "dockerfile": "../docker/mine" }' };
    expect(await output(named)).toContain('named');
    expect(await output(both)).toContain('of the folder');
    expect(await output({ Dockerfile: says('of the root') })).toContain('of the root');
    expect(await output({ 'main.js': "console.log('without a Dockerfile')" })).toContain('without a Dockerfile');
  });

  test('a Dockerfile that is named and missing, or outside of the sources, is refused with what to correct', async () => {
    const missing = await build({ '.actor/actor.json': '{ "dockerfile": "./none" }' });
    expect(missing).toMatchObject({
      status: 'FAILED',
      statusMessage: expect.stringContaining('"./none", which is not'),
    });
    const outside = await build({ '.actor/actor.json': '{ "dockerContextDir": "../../.." }' });
    expect(outside).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('outside of the Actor') });
  });

  test('the build gets its arguments, its variables when it is to, and no file that .dockerignore names', async () => {
    const Dockerfile = `${base}
ARG ACTOR_PATH_IN_DOCKER_CONTEXT
ARG MINE=none
COPY . ./
RUN echo "path $ACTOR_PATH_IN_DOCKER_CONTEXT, mine $MINE, $(ls)"
CMD ["true"]
`;
    const files = { Dockerfile, '.dockerignore': 'left-out\n', 'left-out': '', kept: '' };
    const envVars = [{ name: 'MINE', value: 'given' }];
    const { log } = await build(files, { envVars });
    expect(log).toMatch(/Z path \., mine none, Dockerfile$/m);
    expect(log).toMatch(/Z kept$/m);
    expect(log).not.toMatch(/Z left-out$/m);
    expect((await build(files, { envVars, applyEnvVarsToBuild: true })).log).toMatch(/Z path \., mine given/m);
  });

  test('a step that fails ends the build with what it said', async () => {
    const failed = await build({ Dockerfile: `${base}\nRUN echo the reason && exit 7\n` });
    expect(failed).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('non-zero code: 7') });
    expect(failed.log).toContain('the reason');
    const unreadable = await build({ Dockerfile: 'NONSENSE\n' });
    expect(unreadable).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining('NONSENSE') });
  });

  test('an abort ends what the build has at work', async () => {
    const { client } = fixture;
    const { buildId } = await startBuild({ Dockerfile: `${base}\nRUN echo at work && sleep 1234\n` });
    const atWork = async () =>
      (await bench.docker.listContainers()).filter(({ Command }) => Command.includes('sleep 1234'));
    await until("the build's container is at work", async () => (await atWork()).length === 1);
    await client.build(buildId).abort();
    expect((await client.build(buildId).waitForFinish()).status).toBe('ABORTED');
    await until('the build has no container', async () => (await atWork()).length === 0);
  });

  test('an image goes with its build; what no build has any more goes at the next start', async () => {
    const { actorId, buildId } = await build({ Dockerfile: says('one') });
    // The Actor's only build cannot be removed.
    const { id: laterId } = await fixture.client.actor(actorId).build('0.1');
    await fixture.client.build(laterId).waitForFinish();
    const other = await build({ Dockerfile: says('other') });
    expect(await imagesOf(buildId)).toHaveLength(1);
    await fixture.client.build(buildId).delete();
    expect(await imagesOf(buildId)).toHaveLength(0);
    const engine = await bench.openEngine();
    await engine.images.sweep(new Set([other.buildId]));
    expect(await imagesOf(other.buildId)).toHaveLength(1);
    await engine.images.sweep(new Set());
    expect(await imagesOf(other.buildId)).toHaveLength(0);
  });
});
