import { ActorSourceType, type ApifyClient } from 'apify-client';

export interface Deployed {
  readonly actorId: string;
  /** Of the build. */
  readonly log: string;
}

/**
 * Creates an Actor with one version and builds that.
 * @throws Error with the build's log when it does not succeed
 */
export async function deployVersion(
  client: ApifyClient,
  name: string,
  version: { readonly versionNumber: string; readonly [field: string]: unknown },
  settings: object = {},
): Promise<Deployed> {
  const { id: actorId } = await client.actors().create({ name, ...settings, versions: [version as never] });
  const { id } = await client.actor(actorId).build(version.versionNumber);
  const { status } = await client.build(id).waitForFinish();
  const log = (await client.log(id).get()) ?? '';
  if (status !== 'SUCCEEDED') throw new Error(`the build of ${name} ended ${status}: ${log}`);
  return { actorId, log };
}

/** Brings an Actor that consists of these files, and no others, to a platform and builds it. */
export const deployFiles = (
  client: ApifyClient,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<Deployed> =>
  deployVersion(client, name, {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles,
    sourceFiles: Object.entries(files).map(([file, content]) => ({ name: file, format: 'TEXT', content })),
  });
