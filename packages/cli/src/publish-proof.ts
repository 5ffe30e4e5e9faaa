import { publishedReport, type Verdict } from '@wherry/prover';
import { readActorFolder } from './actor/actor-folder.ts';
import { badUsage } from './failure.ts';
import { type Connection, withPlatform } from './platform/connection.ts';
import type { ConnectionFlags } from './settings.ts';
import { printNote } from './terminal/output.ts';

/** What `--publish` asks for. */
export interface Publication {
  readonly connection: ConnectionFlags;
  /** The number of the build that is proved; null when it is not named. */
  readonly build: string | null;
}

/** Where a report is sent. */
interface PublicationTarget extends Publication {
  readonly actorId: string;
  /** `username/name` */
  readonly fullName: string;
}

/** The platform accepts 5 MiB; the rest of the request needs some space. */
const maxReportBytes = 5 * 1024 * 1024 - 4096;

/**
 * Finds the Actor of the folder on the platform, by its name.
 * @throws Failure when there is none, or no build of that number
 */
export async function findTarget(publication: Publication, folder: string): Promise<PublicationTarget> {
  const { name } = await readActorFolder(folder);
  let target: PublicationTarget | undefined;
  await withPlatform(publication.connection, async (connection) => {
    const { username } = await connection.apify.user('me').get();
    const fullName = `${username}/${name}`;
    const actor = await connection.apify.actor(fullName).get();
    if (actor === undefined) {
      throw badUsage(
        `${connection.url} has no Actor "${fullName}" to publish a report for. Bring it there with \`wherry run ${folder}\` or \`apify push\`, or leave --publish out.`,
      );
    }
    await checkBuild(connection, { actorId: actor.id, fullName, build: publication.build });
    target = { ...publication, actorId: actor.id, fullName };
  });
  return target!;
}

async function checkBuild(
  { apify }: Connection,
  { actorId, fullName, build }: { actorId: string; fullName: string; build: string | null },
): Promise<void> {
  if (build === null) return;
  const { items } = await apify.actor(actorId).builds().list({ desc: true, limit: 1000 });
  // Apify's client does not declare it.
  const numbers = (items as unknown as { readonly buildNumber: string }[]).map(({ buildNumber }) => buildNumber);
  if (numbers.includes(build)) return;
  const newest = numbers.slice(0, 3).join(', ');
  throw badUsage(
    `"${fullName}" has no build "${build}". ${newest === '' ? 'Build it first.' : `Its newest are ${newest}.`}`,
  );
}

/** Sends the report. An interrupted proof says nothing about the Actor, and is not sent. */
export async function publish(target: PublicationTarget, verdict: Verdict, interrupted: AbortSignal): Promise<void> {
  if (interrupted.aborted) return printNote('The proof was interrupted, so it is not published.');
  const { connection, build, actorId, fullName } = target;
  await withPlatform(connection, async ({ wherry, url }) => {
    const report = publishedReport(verdict, maxReportBytes);
    const { id } = await wherry.publishProof(actorId, { report, buildNumber: build });
    printNote(`Published for ${fullName} at ${url}: proof ${id}.`);
  });
}
