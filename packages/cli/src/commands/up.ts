import type { Command } from 'commander';
import { helpOf } from '../help.ts';
import { outliveReader } from '../reader.ts';
import { type PlatformFlags, platformSettings } from '../settings.ts';

interface UpFlags extends PlatformFlags {
  readonly json?: boolean;
}

/** `up`, and `start` for `npm start`, which differs only in that the demo runs unless one says no. */
export function addUp(program: Command): void {
  addPlatformCommand(program, { name: 'up', hidden: false, demoByDefault: false });
  addPlatformCommand(program, { name: 'start', hidden: true, demoByDefault: true });
}

function addPlatformCommand(
  program: Command,
  { name, hidden, demoByDefault }: { name: string; hidden: boolean; demoByDefault: boolean },
): void {
  program
    .command(name, { hidden })
    .description('start the platform and stay up until Ctrl-C')
    .option('--port <number>', 'where it listens (default: 8010, 0 for any free one, env: WHERRY_PORT)')
    .option('--data <folder>', 'where everything is kept (default: ./data, env: WHERRY_DATA)')
    .option('--host <host>', 'the address it listens on (default: 127.0.0.1, env: WHERRY_HOST)')
    .option('--token <token>', 'the API token (default: made once, kept in <data>/token, env: WHERRY_TOKEN)')
    .option('--servers <count>', 'how many local servers there are (default: 2, env: WHERRY_SERVERS)')
    .option('--engine <engine>', 'what runs the Actors: process or docker (default: process, env: WHERRY_ENGINE)')
    .option('--registry <host:port>', 'where the nodes of a Docker Swarm get images from (env: WHERRY_REGISTRY)')
    .option('--advertise <url>', 'where containers reach the API (default: found out, env: WHERRY_ADVERTISE)')
    .option('--no-commits', 'answer no commits, to try an Actor as it would behave on Apify (env: WHERRY_NO_COMMITS)')
    .option(
      '--demo [name]',
      'bring its Actors along and run a demo once: site (a crawl) or tiktok (profiles of a stand-in)',
    )
    .option('--no-demo', 'do neither (env: WHERRY_NO_DEMO)')
    .option('--demo-url <url>', 'the site that the demo crawls (default: one of its own, env: WHERRY_DEMO_URL)')
    .option('--once', 'end after the demo, with exit code 0 only if all went well (env: WHERRY_ONCE)')
    .option('--json', 'write JSON to stdout, one object a line, and nothing else there')
    .addHelpText(
      'after',
      helpOf([
        'up',
        'up --port 0 --data ~/wherry --json',
        'up --once --demo-url https://crawlee.dev/',
        'up --once --demo tiktok',
      ]),
    )
    .action(async ({ json, ...flags }: UpFlags) => {
      outliveReader();
      const settings = platformSettings(flags, demoByDefault);
      // The platform takes a second to load, which every other command would pay for.
      const { serve } = await import('../serve.ts');
      process.exitCode = await serve(settings, { json: json === true });
    });
}
