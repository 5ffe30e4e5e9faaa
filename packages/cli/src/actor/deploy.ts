import { type ActorClient, ActorSourceType, type ActorVersion, type ActorVersionSourceFiles } from 'apify-client';
import { exitCodes } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Connection } from '../platform/connection.ts';
import { followLog, linesOf } from '../platform/follow-log.ts';
import { isTerminal } from '../platform/status.ts';
import { type ActorFolder, readActorFolder } from './actor-folder.ts';

export interface Deployment {
  readonly actorId: string;
  /** `username/name` */
  readonly fullName: string;
  /** False if the platform had a build of exactly this source. */
  readonly wasBuilt: boolean;
}

/**
 * A version has this tag from the moment its source is written until that source is built, so that a deployment that
 * was interrupted in between is not taken for a complete one.
 */
const tagOfUnbuilt = 'unbuilt';

/**
 * Sends an Actor's folder to the platform and builds it, unless the platform has that build. `onLog` gets each line of the
 * build's log.
 * @param environment variables in addition to those that the folder names
 * @throws Failure when the build does not succeed
 */
export async function deploy(
  connection: Connection,
  folder: string,
  onLog: (line: string) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const read = await readActorFolder(folder);
  const source = { ...read, environmentVariables: { ...read.environmentVariables, ...environment } };
  const { username } = await connection.apify.user('me').get();
  const fullName = `${username}/${source.name}`;
  const actor = connection.apify.actor(fullName);
  const known = await actor.get();
  const actorId = known?.id ?? (await createActor(connection, source));
  if (known !== undefined && (await isBuilt(actor, source))) return { actorId, fullName, wasBuilt: false };
  await writeVersion(actor, source, tagOfUnbuilt);
  await build(connection, actor, source, onLog);
  await writeVersion(actor, source, source.buildTag);
  return { actorId, fullName, wasBuilt: true };
}

async function createActor(connection: Connection, { name, title, description }: ActorFolder): Promise<string> {
  const created = await connection.apify.actors().create({
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  });
  return created.id;
}

async function isBuilt(actor: ActorClient, source: ActorFolder): Promise<boolean> {
  const version = await actor.version(source.version).get();
  return (
    version !== undefined &&
    version.buildTag === source.buildTag &&
    hasSource(version, source) &&
    hasEnvironment(version, source)
  );
}

/** Whether the version has the files of the folder, in any order. */
export function hasSource(version: ActorVersion, { files }: Pick<ActorFolder, 'files'>): boolean {
  const { sourceFiles = [] } = version as Partial<ActorVersionSourceFiles>;
  const known = new Map(sourceFiles.map((file) => [file.name, file]));
  return (
    known.size === files.length &&
    files.every(({ name, format, content }) => {
      const file = known.get(name);
      return file?.content === content && file.format === format;
    })
  );
}

/** A build has the variables that its version had when it was built. */
function hasEnvironment({ envVars }: ActorVersion, { environmentVariables }: ActorFolder): boolean {
  const known = new Map((envVars ?? []).map(({ name, value }) => [name, value]));
  const wanted = Object.entries(environmentVariables);
  return known.size === wanted.length && wanted.every(([name, value]) => known.get(name!) === value);
}

async function writeVersion(actor: ActorClient, source: ActorFolder, buildTag: string): Promise<void> {
  const version = {
    versionNumber: source.version,
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles: [...source.files],
    envVars: Object.entries(source.environmentVariables).map(([name, value]) => ({ name, value })),
    buildTag,
  };
  if ((await actor.version(source.version).get()) === undefined) await actor.versions().create(version);
  else await actor.version(source.version).update(version);
}

async function build(
  connection: Connection,
  actor: ActorClient,
  source: ActorFolder,
  onLog: (line: string) => void,
): Promise<void> {
  const { id } = await actor.build(source.version, { tag: source.buildTag });
  const isOver = async () => isTerminal((await connection.apify.build(id).get())?.status);
  for await (const line of linesOf(followLog(connection, id, isOver))) onLog(line);
  const { status } = await connection.apify.build(id).waitForFinish();
  if (status === 'SUCCEEDED') return;
  throw new Failure(
    exitCodes.notSucceeded,
    `The build of ${source.name} ended ${status}. Its log (\`wherry log ${id}\`) says why; correct that and run this again.`,
  );
}
