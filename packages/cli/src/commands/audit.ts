import { type Command, Option } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import type { AuditEntry } from '../platform/wherry-api.ts';
import { printJson, printResult, tableOf } from '../terminal/output.ts';
import { type CommonFlags, platformCommand, wholeNumber } from './command.ts';

interface AuditFlags extends CommonFlags {
  readonly user?: string;
  readonly operation?: string;
  readonly since?: string;
  readonly limit: number;
}

export function addAudit(program: Command): void {
  platformCommand(program, 'audit', 'show what was changed by whom, newest first, as an administrator', [
    'audit',
    'audit --user jane --since 2026-01-31',
    'audit --operation DELETE --limit 1000 --json',
  ])
    .option('--user <user>', 'only changes of this user')
    .option('--operation <text>', 'only operations that contain this text')
    .option('--since <time>', 'only changes from this time on')
    .addOption(new Option('--limit <count>', 'how many to show, 1000 at most').argParser(wholeNumber).default(50))
    .action(({ user, operation, since, limit, ...flags }: AuditFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const found = await wherry.auditLog({
          limit: String(limit),
          ...(user !== undefined && { user }),
          ...(operation !== undefined && { operation }),
          ...(since !== undefined && { since }),
        });
        if (flags.json) return printJson(found);
        printResult(tableOf(['time', 'who', 'by', 'operation', 'what', 'from', 'outcome'], found.map(rowOf)));
      }),
    );
}

const rowOf = (entry: AuditEntry) => [
  entry.at,
  // Of failed sign-ins it is not known.
  entry.username || 'unknown',
  entry.runId === null ? entry.tokenName : `run ${entry.runId}`,
  entry.operation,
  Object.values(entry.subject).join(' '),
  entry.address,
  entry.outcome,
];
