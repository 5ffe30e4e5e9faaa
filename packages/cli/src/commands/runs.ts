import type { ActorRunListItem } from 'apify-client';
import { type Command, Option } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import { durationOf, printJson, printResult, tableOf } from '../terminal/output.ts';
import { type CommonFlags, platformCommand, wholeNumber } from './command.ts';

interface RunsFlags extends CommonFlags {
  readonly limit: number;
}

export function addRuns(program: Command): void {
  platformCommand(program, 'runs', 'list the runs, newest first', ['runs', 'runs --limit 100 --json'])
    .addOption(new Option('--limit <count>', 'how many runs to list').argParser(wholeNumber).default(20))
    .action((flags: RunsFlags) =>
      withPlatform(flags, async ({ apify }) => {
        const { items } = await apify.runs().list({ desc: true, limit: flags.limit });
        if (flags.json) return printJson(items);
        const actorIds = [...new Set(items.map(({ actId }) => actId))];
        const actors = await Promise.all(actorIds.map((id) => apify.actor(id).get()));
        const names = new Map(actors.map((actor, index) => [actorIds[index]!, actor?.name]));
        printResult(
          tableOf(
            ['run', 'Actor', 'status', 'started', 'for'],
            items.map((run) => rowOf(run, names.get(run.actId))),
          ),
        );
      }),
    );
}

/** `name`: undefined if the Actor was deleted. */
const rowOf = ({ id, actId, status, startedAt, finishedAt }: ActorRunListItem, name: string | undefined) => [
  id,
  name ?? actId,
  status,
  startedAt.toISOString(),
  durationOf((finishedAt ?? new Date()).getTime() - startedAt.getTime()),
];
