import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageMaker } from '../../engines/engine.ts';
import type { BuildJob } from '../build-queue.ts';
import type { ActorDefinition } from '../definition/actor-definition.ts';
import { BuildFailure } from './build-failure.ts';
import { findContextFolder, findDockerfile, relativeInside } from './dockerfile.ts';

interface ImageWork {
  readonly job: BuildJob;
  /** The folder with the Actor's files. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** For sources without a Dockerfile, as on Apify: Node and the packages of package.json. */
const usualDockerfile = `FROM apify/actor-node:24
COPY package*.json ./
RUN npm install --omit=dev --omit=optional --no-audit --no-fund
COPY . ./
CMD ["npm", "start", "--silent"]
`;

/**
 * Makes the image of a build from its Dockerfile. The sources are not needed afterwards.
 * @throws BuildFailure with what the author must change
 */
export async function makeImage(
  images: ImageMaker,
  { job, folder, signal, log }: ImageWork,
  { definition }: ActorDefinition,
): Promise<string> {
  const context = await findContextFolder(folder, definition?.dockerContextDir);
  const dockerfile = (await findDockerfile(folder, definition?.dockerfile)) ?? (await writeUsualDockerfile(folder));
  const envVars = job.version.applyEnvVarsToBuild ? job.envVars : [];
  log(`Build ${job.number}: the image is made from ${path.relative(folder, dockerfile)}.`);
  const outcome = await images.make({
    buildId: job.id,
    folder: context,
    dockerfile: await relativeInside(context, dockerfile, 'The Dockerfile'),
    buildArguments: {
      ...Object.fromEntries(envVars.map(({ name, value }) => [name, value])),
      ACTOR_PATH_IN_DOCKER_CONTEXT: path.relative(context, folder) || '.',
    },
    useCache: job.options.useCache !== false,
    signal,
    log,
  });
  if (outcome.kind === 'failed') {
    throw new BuildFailure(`The image could not be made: ${outcome.message}. The log says why.`);
  }
  log(`Build ${job.number}: done. Its image is ${outcome.image}`);
  await rm(folder, { recursive: true, force: true });
  return outcome.image;
}

async function writeUsualDockerfile(folder: string): Promise<string> {
  const file = path.join(folder, 'Dockerfile');
  await writeFile(file, usualDockerfile);
  return file;
}
