import { type Command, Option } from 'commander';
import { badUsage } from '../failure.ts';
import { withPlatform } from '../platform/connection.ts';
import type { User } from '../platform/wherry-api.ts';
import { printJson, printNote, printResult, tableOf } from '../terminal/output.ts';
import { type CommonFlags, platformCommand, wholeNumber } from './command.ts';

interface AddFlags extends CommonFlags {
  readonly role: User['role'];
  readonly name?: string;
  readonly email?: string;
}

interface LimitFlags extends CommonFlags {
  readonly maxRuns?: number | 'none';
  readonly memory?: number | 'none';
}

interface RemoveFlags extends CommonFlags {
  readonly yes?: boolean;
}

const roleOption = () => new Option('--role <role>', 'what the user may do').choices(['administrator', 'member']);

/** The users of a platform, for administrators. */
export function addUsers(program: Command): void {
  const users = program.command('users').description('manage the users of a platform, as an administrator');
  addList(users);
  addAdd(users);
  addChanges(users);
  addLimit(users);
  addRemove(users);
}

function addList(users: Command): void {
  platformCommand(users, 'list', 'list the users', ['users list', 'users list --json']).action((flags: CommonFlags) =>
    withPlatform(flags, async ({ wherry }) => {
      const found = await wherry.users();
      if (flags.json) return printJson(found);
      printResult(tableOf(['user', 'id', 'role', 'state', 'name', 'email'], found.map(rowOf)));
    }),
  );
}

const stateOf = ({ removedAt, disabledAt }: User): string =>
  removedAt !== null ? 'being removed' : disabledAt !== null ? 'disabled' : 'active';

const rowOf = (user: User) => [user.username, user.id, user.role, stateOf(user), user.name, user.email];

function addAdd(users: Command): void {
  platformCommand(users, 'add <username>', 'make a user and their first token, which is shown once', [
    'users add jane',
    'users add jane --role administrator --name "Jane Doe" --email jane@example.com',
  ])
    .addOption(roleOption().default('member'))
    .option('--name <name>', 'how the user is called')
    .option('--email <address>', 'where the user gets mail')
    .action((username: string, { role, name, email, ...flags }: AddFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        const user = await wherry.addUser({ username, role, name: name ?? null, email: email ?? null });
        const { token } = await wherry.addToken({ name: 'first', user: user.id });
        if (flags.json) return printJson({ ...user, token });
        printNote(`The user ${username} is there (${role}). This is the API token, which is not shown again:`);
        printResult(token);
      }),
    );
}

function addChanges(users: Command): void {
  const change = (name: string, description: string, isDisabled: boolean, done: string) =>
    platformCommand(users, `${name} <user>`, description, [`users ${name} jane`]).action(
      (user: string, flags: CommonFlags) =>
        withPlatform(flags, async ({ wherry }) => show(await wherry.changeUser(user, { isDisabled }), done, flags)),
    );
  change(
    'disable',
    'refuse the tokens of a user from now on, and abort their runs; the data stays',
    true,
    'is disabled',
  );
  change('enable', 'undo `disable`', false, 'is active');
  platformCommand(users, 'role <user>', 'make a user an administrator or a member', ['users role jane --role member'])
    .addOption(roleOption().makeOptionMandatory())
    .action((user: string, { role, ...flags }: AddFlags) =>
      withPlatform(flags, async ({ wherry }) => show(await wherry.changeUser(user, { role }), `is ${role} now`, flags)),
    );
}

/** `none` for the platform's own limit. */
const limitOf = (text: string): number | 'none' => (text === 'none' ? text : wholeNumber(text));
const orNull = (limit: number | 'none'): number | null => (limit === 'none' ? null : limit);

function addLimit(users: Command): void {
  platformCommand(users, 'limit <user>', 'set how many runs a user may have at once, and how much memory these', [
    'users limit jane --max-runs 20 --memory 16384',
    'users limit jane --memory none',
  ])
    .addOption(
      new Option('--max-runs <count>', "runs that are not over; none for the platform's limit").argParser(limitOf),
    )
    .addOption(new Option('--memory <MB>', "memory of these in all; none for the platform's limit").argParser(limitOf))
    .action((user: string, { maxRuns, memory, ...flags }: LimitFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        if (maxRuns === undefined && memory === undefined) throw badUsage('Give --max-runs, --memory, or both.');
        const changed = await wherry.changeUser(user, {
          ...(maxRuns !== undefined && { maxRuns: orNull(maxRuns) }),
          ...(memory !== undefined && { maxMemoryMbytes: orNull(memory) }),
        });
        const usual = "the platform's limit";
        const { maxRuns: runs, maxMemoryMbytes: mbytes } = changed;
        show(changed, `has these limits: runs ${runs ?? usual}, memory in MB ${mbytes ?? usual}`, flags);
      }),
    );
}

function show(user: User, what: string, { json }: CommonFlags): void {
  if (json) printJson(user);
  else printResult(`${user.username} ${what}.`);
}

function addRemove(users: Command): void {
  platformCommand(users, 'remove <user>', 'delete a user with all Actors, runs, logs and storages that are theirs', [
    'users remove jane --yes',
  ])
    .option('--yes', 'delete everything of the user without asking')
    .action((user: string, { yes, ...flags }: RemoveFlags) =>
      withPlatform(flags, async ({ wherry }) => {
        if (!yes) {
          throw badUsage(`This deletes everything that ${user} has. Add --yes, or use \`wherry users disable\`.`);
        }
        show(await wherry.removeUser(user), 'is being removed with everything', flags);
      }),
    );
}
