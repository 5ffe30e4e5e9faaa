import path from 'node:path';
import { type ActorRun, ActorSourceType, type ApifyClient } from 'apify-client';

/**
 * Sends an Actor made of `main.js` and further files to the platform and builds it. Returns its id.
 * @param profileFolder the folder for the CPU profiles of its runs
 */
export function deploy(
  client: ApifyClient,
  name: string,
  main: string,
  files: Readonly<Record<string, string>> = {},
  profileFolder?: string,
): Promise<string> {
  const profiling = profileFolder === undefined ? '' : `--cpu-prof --cpu-prof-dir=${path.resolve(profileFolder)} `;
  return deployFiles(client, name, {
    ...files,
    'main.js': main,
    // Without dependencies: Node finds those of this clone in the folders above.
    'package.json': JSON.stringify({ name, type: 'module', scripts: { start: `node ${profiling}main.js` } }),
  });
}

export async function deployFiles(
  client: ApifyClient,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles: Object.entries(files).map(([file, content]) => textFile(file, content)),
  };
  const { id } = await client.actors().create({ name, versions: [version as never] });
  const build = await client.actor(id).build('0.1');
  const { status } = await client.build(build.id).waitForFinish();
  if (status !== 'SUCCEEDED')
    throw new Error(`the build of ${name} ended ${status}: ${await client.log(build.id).get()}`);
  return id;
}

const textFile = (name: string, content: string) => ({ name, format: 'TEXT' as const, content });

/** Waits until the run has pushed `count` more items, so that it is known to be working. */
export async function waitForItems(client: ApifyClient, run: ActorRun, count: number): Promise<void> {
  const countItems = async () => (await client.dataset(run.defaultDatasetId).get())!.itemCount;
  const wanted = (await countItems()) + count;
  while ((await countItems()) < wanted) {
    const { status } = (await client.run(run.id).get())!;
    if (status !== 'READY' && status !== 'RUNNING')
      throw new Error(`the run ended ${status}: ${await client.log(run.id).get()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
