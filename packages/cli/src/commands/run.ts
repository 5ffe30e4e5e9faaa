import type { ActorStartOptions } from 'apify-client';
import { type Command, Option } from 'commander';
import { isActorFolder } from '../actor/actor-folder.ts';
import { deploy } from '../actor/deploy.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { badUsage, refused } from '../failure.ts';
import { type Connection, withPlatform } from '../platform/connection.ts';
import { followLog } from '../platform/follow-log.ts';
import { isTerminal } from '../platform/status.ts';
import { readInput } from '../run-input.ts';
import { durationOf, printJson, printNote } from '../terminal/output.ts';
import { type CommonFlags, platformCommand, wholeNumber } from './command.ts';

interface RunFlags extends CommonFlags {
  readonly input?: string;
  readonly build?: string;
  readonly memory?: number;
  readonly timeout?: number;
}

export function addRun(program: Command): void {
  platformCommand(program, 'run <actor>', 'run an Actor, or the Actor in a folder, and show its log until it ends', [
    'run ./my-crawler --input \'{"maxPages":10}\'',
    'run my-crawler --input @input.json --json > run.json',
  ])
    .option('--input <json>', 'the input: JSON, @file, or - for stdin')
    .option('--build <build>', 'the tag or number of the build')
    .addOption(new Option('--memory <megabytes>', 'the memory of the run').argParser(wholeNumber))
    .addOption(new Option('--timeout <secs>', 'the time after which the run is ended').argParser(wholeNumber))
    .action(async (actorOrFolder: string, flags: RunFlags) => {
      const input = flags.input === undefined ? undefined : await readInput(flags.input);
      await withPlatform(flags, async (connection) => {
        const actor = await actorOf(connection, actorOrFolder);
        const { id } = await connection.apify.actor(actor).start(input, startOptionsOf(flags));
        printNote(`Run ${id} started. Ctrl-C leaves it running; \`wherry log -f ${id}\` shows it again.`);
        process.exitCode = await follow(connection, id, flags.json === true);
      });
    });
}

const startOptionsOf = ({ build, memory, timeout }: RunFlags): ActorStartOptions => ({
  ...(build !== undefined && { build }),
  ...(memory !== undefined && { memory }),
  ...(timeout !== undefined && { timeout }),
});

/** The id or name of the Actor; the Actor in a folder is first deployed to the platform. */
async function actorOf(connection: Connection, actorOrFolder: string): Promise<string> {
  if (!(await isActorFolder(actorOrFolder))) {
    if (/^[./]/.test(actorOrFolder)) {
      throw badUsage(`${actorOrFolder} has neither .actor/actor.json nor package.json. Name the folder of an Actor.`);
    }
    if ((await connection.apify.actor(actorOrFolder).get()) !== undefined) return actorOrFolder;
    throw refused(
      404,
      `The platform has no Actor "${actorOrFolder}", and no folder of that name has one. Name the folder of an Actor.`,
    );
  }
  const { fullName, wasBuilt } = await deploy(connection, actorOrFolder, printNote);
  if (!wasBuilt) printNote(`${fullName} is up to date.`);
  return fullName;
}

async function follow(connection: Connection, runId: string, isJson: boolean): Promise<ExitCode> {
  const run = connection.apify.run(runId);
  const log = isJson ? process.stderr : process.stdout;
  const isOver = async () => isTerminal((await run.get())?.status);
  for await (const chunk of followLog(connection, runId, isOver)) log.write(chunk);
  const ended = await run.get();
  if (ended === undefined) throw refused(404, `The run ${runId} was deleted before it ended.`);
  const items = (await connection.apify.dataset(ended.defaultDatasetId).get())?.itemCount ?? 0;
  if (isJson) printJson(ended);
  printNote(
    `${ended.status} after ${durationOf(ended.finishedAt.getTime() - ended.startedAt.getTime())}, ` +
      `${items} items in the dataset ${ended.defaultDatasetId}.`,
  );
  return ended.status === 'SUCCEEDED' ? exitCodes.ok : exitCodes.notSucceeded;
}
