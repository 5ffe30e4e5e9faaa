import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { inject } from 'vitest';
import { connectDocker } from '../../src/engines/docker/docker-connection.ts';
import { removeContainer } from '../../src/engines/docker/docker-container.ts';
import { DockerEngine, type DockerEngineOptions } from '../../src/engines/docker/docker-engine.ts';
import { ofPlatform } from '../../src/engines/docker/labels.ts';
import type { Program } from '../../src/engines/engine.ts';
import type { PlatformOptions } from '../../src/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { startRunFixture } from '../run-fixture.ts';

/** The tests' Docker host; undefined where there is none. */
export const dockerHost = inject('dockerHost');

/** A platform on the docker engine, whose Actors use the Dockerfile that they bring along. */
export async function startDockerFixture(bench: DockerBench, options: Partial<PlatformOptions> = {}) {
  const engine = await bench.openEngine();
  return { ...(await startRunFixture({ engine, ...options })), engine };
}

/** For an Actor that needs no packages. */
export const plainFiles = {
  Dockerfile: 'FROM apify/actor-node:24\nCOPY . ./\nCMD ["node", "main.js"]\n',
};

/** Packages of the registry, installed as an Actor's own Dockerfile does it; Docker keeps them as a layer. */
export const sdkFiles = {
  Dockerfile: `FROM apify/actor-node:24
RUN npm install --no-audit --no-fund apify@3.7.2 crawlee@3.18.1
COPY . ./
CMD ["node", "main.js"]
`,
};

export interface DockerBench extends AsyncDisposable {
  readonly docker: Docker;
  readonly platformId: string;
  openEngine(options?: Partial<DockerEngineOptions>): Promise<DockerEngine>;
  /** An image of a program for Node. */
  program(engine: DockerEngine, script: string): Promise<Program>;
}

/** What a test has on the host: all of it is removed at its end. */
export function openBench(): DockerBench {
  const docker = connectDocker(dockerHost!);
  const platformId = newId();
  const engines: DockerEngine[] = [];
  return {
    docker,
    platformId,
    async openEngine(options = {}) {
      const engine = await DockerEngine.open({ platformId, host: dockerHost!, ...options });
      engines.push(engine);
      return engine;
    },
    program: makeProgram,
    async [Symbol.asyncDispose]() {
      for (const engine of engines) await engine.close();
      const filters = ofPlatform(platformId);
      for (const { Id } of await docker.listContainers({ all: true, filters })) {
        await removeContainer(docker.getContainer(Id));
      }
      for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
      // But not the layers below: the next test need not install the same packages again.
      const removal = { force: true, noprune: true };
      for (const { Id } of await docker.listImages({ filters })) await docker.getImage(Id).remove(removal);
    },
  };
}

/** An image of a program for Node. */
export async function makeProgram({ images }: Pick<DockerEngine, 'images'>, script: string): Promise<Program> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  await writeFile(path.join(folder, 'main.js'), script);
  await writeFile(
    path.join(folder, 'Dockerfile'),
    'FROM apify/actor-node:24\nCOPY main.js ./\nCMD ["node", "main.js"]\n',
  );
  const outcome = await images.make({
    buildId: newId(),
    folder,
    dockerfile: 'Dockerfile',
    buildArguments: {},
    useCache: true,
    signal: new AbortController().signal,
    log: () => undefined,
  });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return { kind: 'image', image: outcome.image };
}
