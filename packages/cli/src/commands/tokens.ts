import { type Command, InvalidArgumentError, Option } from 'commander';
import { withPlatform } from '../platform/connection.ts';
import type { MadeToken, Token } from '../platform/wherry-api.ts';
import { printJson, printNote, printResult, tableOf } from '../terminal/output.ts';
import { type CommonFlags, listOf, platformCommand } from './command.ts';

interface ListFlags extends CommonFlags {
  readonly user?: string;
  readonly all?: boolean;
}

interface AddFlags extends CommonFlags {
  readonly user?: string;
  readonly scopes?: readonly string[];
  readonly actors?: readonly string[];
  readonly storages?: readonly string[];
  readonly runs?: readonly string[];
  readonly startsFull?: boolean;
  readonly days?: number;
}

/** API tokens: one's own, and as an administrator those of other users. */
export function addTokens(program: Command): void {
  const tokens = program
    .command('tokens')
    .description('manage API tokens: your own, and those of others as an administrator');
  addList(tokens);
  addAdd(tokens);
  platformCommand(tokens, 'rotate <token>', 'put a new token in place of one, by its id; the former ends at once', [
    'tokens rotate TOKEN_ID',
  ]).action((tokenId: string, flags: CommonFlags) =>
    withPlatform(flags, async ({ wherry }) => show(await wherry.rotateToken(tokenId), flags)),
  );
  platformCommand(tokens, 'remove <token>', 'remove a token, by its id; it ends at once', [
    'tokens remove TOKEN_ID',
  ]).action((tokenId: string, flags: CommonFlags) =>
    withPlatform(flags, async ({ wherry }) => {
      const token = await wherry.removeToken(tokenId);
      if (flags.json) printJson(token);
      else printResult(`The token "${token.name}" of ${token.username} is removed.`);
    }),
  );
}

function addList(tokens: Command): void {
  platformCommand(tokens, 'list', 'list the tokens, without the tokens themselves', [
    'tokens list',
    'tokens list --all',
  ])
    .option('--user <user>', 'those of another user')
    .option('--all', 'those of all users')
    .action(({ user, all, ...flags }: ListFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const found = await wherry.tokens(all ? '*' : user);
        if (flags.json) return printJson(found);
        printResult(tableOf(['id', 'user', 'name', 'scopes', 'limited to', 'expires', 'last used'], found.map(rowOf)));
      }),
    );
}

const rowOf = (token: Token) => [
  token.id,
  token.username,
  token.name,
  token.scopes.join(','),
  limitOf(token),
  token.expiresAt,
  token.lastUsedAt,
];

function limitOf({ resources }: Token): string | null {
  if (resources === null) return null;
  const { actors, storages, runs } = resources;
  return [...actors, ...storages, ...runs].join(',') || 'nothing';
}

const scopeNames = ['read', 'run', 'manage'];

function scopesOf(text: string): string[] {
  const scopes = listOf(text);
  if (scopes.length > 0 && scopes.every((each) => scopeNames.includes(each))) return scopes;
  throw new InvalidArgumentError(`Give ${scopeNames.join(', ')}, or several of them with commas.`);
}

function daysOf(text: string): number {
  const days = Number(text);
  if (days > 0 && days <= 36_500) return days;
  throw new InvalidArgumentError('Give a number of days above 0.');
}

function addAdd(tokens: Command): void {
  platformCommand(tokens, 'add <name>', 'make a token, which is shown once', [
    'tokens add laptop',
    'tokens add trigger --scopes read,run --actors my-actor --days 90',
  ])
    .option('--user <user>', 'whose it is (default: your own)')
    .addOption(
      new Option('--scopes <scopes>', 'what it may do: read, run, manage (default: manage, which is all)').argParser(
        scopesOf,
      ),
    )
    .addOption(new Option('--actors <names>', 'limit it to these Actors, with commas').argParser(listOf))
    .addOption(new Option('--storages <names>', 'limit it to these storages, with commas').argParser(listOf))
    .addOption(new Option('--runs <ids>', 'limit it to these runs, with commas').argParser(listOf))
    .option('--starts-full', 'with limits: let it start Actors with full permissions too')
    .addOption(new Option('--days <days>', 'when it ends (default: never)').argParser(daysOf))
    .action((name: string, { user, scopes, actors, storages, runs, startsFull, days, ...flags }: AddFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const isLimited = [actors, storages, runs].some((each) => each !== undefined);
        const token = {
          name,
          ...(user !== undefined && { user }),
          ...(scopes !== undefined && { scopes }),
          ...(isLimited && { resources: { actors: actors ?? [], storages: storages ?? [], runs: runs ?? [] } }),
          ...(startsFull && { startsFull }),
          ...(days !== undefined && { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }),
        };
        show(await wherry.addToken(token), flags);
      }),
    );
}

function show(made: MadeToken, { json }: CommonFlags): void {
  if (json) {
    printJson(made);
    return;
  }
  printNote(`The token "${made.name}" of ${made.username}, with the id ${made.id}. It is not shown again:`);
  printResult(made.token);
}
