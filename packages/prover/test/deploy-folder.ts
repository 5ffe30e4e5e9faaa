import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ActorSourceType, ApifyClient } from 'apify-client';
import { compileCache } from '../../../test/support/compile-cache.ts';

export const actorFolder = (name: string): string => fileURLToPath(new URL(`./actors/${name}`, import.meta.url));

/** Deploys a folder in the same way as `wherry run`, which the tests of the CLI cover. */
export async function deployFolder(address: { url: string; token: string }, folder: string): Promise<string> {
  const client = new ApifyClient({ baseUrl: address.url, token: address.token });
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const sourceFiles = await Promise.all(
    names.map(async (name) => ({
      name,
      format: 'TEXT' as const,
      content: await readFile(path.join(folder, name), 'utf8'),
    })),
  );
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles,
    // Each private platform would begin with an empty one.
    envVars: [{ name: 'NODE_COMPILE_CACHE', value: compileCache }],
  };
  const name = path.basename(folder);
  const { id } = await client.actors().create({ name, versions: [version as never] });
  const build = await client.actor(id).build('0.1');
  const { status } = await client.build(build.id).waitForFinish();
  if (status !== 'SUCCEEDED') throw new Error(`the build of ${name} ended ${status}`);
  return id;
}
