import type { Command } from 'commander';
import { type PlatformFlags, platformSettings } from '../settings.ts';
import { outliveReader } from '../terminal/reader.ts';
import { helpOf } from './command.ts';

interface UpFlags extends PlatformFlags {
  readonly json?: boolean;
}

/** `up`, and `start` for `npm start`. They differ only in whether the demo runs by default. */
export function addUp(program: Command): void {
  addPlatformCommand(program, { name: 'up', hidden: false, demoByDefault: false });
  addPlatformCommand(program, { name: 'start', hidden: true, demoByDefault: true });
}

function addPlatformCommand(
  program: Command,
  { name, hidden, demoByDefault }: { name: string; hidden: boolean; demoByDefault: boolean },
): void {
  const command = program
    .command(name, { hidden })
    .description('start the platform and run it until Ctrl-C')
    .option('--port <number>', 'the port of the API (default: 8010, 0 for any free one, env: WHERRY_PORT)')
    .option('--data <folder>', 'where all data is stored (default: ./data, env: WHERRY_DATA)')
    .option('--host <host>', 'the address on which the API listens (default: 127.0.0.1, env: WHERRY_HOST)')
    .option(
      '--tls-cert <file>',
      'listen over TLS at --host, and at --port only for this machine; the chain as PEM (env: WHERRY_TLS_CERT)',
    )
    .option('--tls-key <file>', 'the key of --tls-cert as PEM; SIGHUP reads both again (env: WHERRY_TLS_KEY)')
    .option('--tls-port <number>', 'the port of the API over TLS, at --host (default: 8443, env: WHERRY_TLS_PORT)')
    .option('--token <token>', 'the API token (default: made once, stored in <data>/token, env: WHERRY_TOKEN)')
    .option(
      '--secrets-key-file <file>',
      'the key of the stored secrets (default: made once, stored in <data>/secrets-key, env: WHERRY_SECRETS_KEY_FILE)',
    )
    .option('--servers <count>', 'how many local servers there are (default: 2, env: WHERRY_SERVERS)')
    .option('--memory <MB>', "what a machine's runs may have in all (default: all it has, env: WHERRY_MEMORY)");
  addLimits(command);
  addProxy(command);
  command
    .option('--prices <file>', 'what a unit of use costs, as JSON (default: nothing, env: WHERRY_PRICES)')
    .option('--engine <engine>', 'what runs the Actors: process or docker (default: process, env: WHERRY_ENGINE)')
    .option('--registry <host:port>', 'the registry of a Docker Swarm, for images of Actors (env: WHERRY_REGISTRY)')
    .option('--advertise <url>', 'the URL at which containers reach the API (default: detected, env: WHERRY_ADVERTISE)')
    .option(
      '--allow-host <names>',
      'names under which the API is reached besides this machine’s own and the advertised one, with commas (env: WHERRY_ALLOW_HOST)',
    )
    .option(
      '--web-domain <domain>',
      'the domain below which web servers of runs have names; needs a wildcard in DNS (env: WHERRY_WEB_DOMAIN)',
    )
    .option(
      '--allow-private-webhooks',
      'send webhooks to private addresses and this machine too (env: WHERRY_ALLOW_PRIVATE_WEBHOOKS)',
    )
    .option('--no-console', 'serve the API without the console (env: WHERRY_NO_CONSOLE)')
    .option('--no-commits', 'refuse commits, to try an Actor as it would behave on Apify (env: WHERRY_NO_COMMITS)')
    .option(
      '--demo [name]',
      'deploy its Actors and run a demo: site (a crawl, the default) or tiktok (profiles of a stand-in site)',
    )
    .option('--no-demo', 'run no demo (env: WHERRY_NO_DEMO)')
    .option('--demo-url <url>', 'the site that the demo crawls (default: a site of its own, env: WHERRY_DEMO_URL)')
    .option('--once', 'end after the demo, with exit code 0 only if it succeeded (env: WHERRY_ONCE)')
    .option('--json', 'write only JSON to stdout, one object for each line')
    .addHelpText(
      'after',
      helpOf([
        'up',
        'up --port 0 --data ~/wherry --json',
        'up --once --demo-url https://crawlee.dev/',
        'up --once --demo tiktok',
      ]),
    )
    .action((flags: UpFlags) => start(flags, demoByDefault));
}

async function start({ json, ...flags }: UpFlags, demoByDefault: boolean): Promise<void> {
  outliveReader();
  const settings = platformSettings(flags, demoByDefault);
  // The platform takes a second to load, so other commands do not import it.
  const { serve } = await import('../serve.ts');
  process.exitCode = await serve(settings, { json: json === true });
}

/** What starts runs is limited by, and for how long what is over is kept. */
function addLimits(command: Command): void {
  command
    .option('--max-runs <count>', 'how many runs may be under way or waiting (default: 1000, env: WHERRY_MAX_RUNS)')
    .option('--user-memory <MB>', "what a user's runs may have in all (default: no limit, env: WHERRY_USER_MEMORY)")
    .option(
      '--retain-runs <days>',
      'delete runs that have been over for so long (default: never, env: WHERRY_RETAIN_RUNS)',
    )
    .option(
      '--retain-storages <days>',
      'delete unnamed storages that were not written for so long (default: never, env: WHERRY_RETAIN_STORAGES)',
    )
    .option(
      '--retain-logs <days>',
      'delete logs of what has been over for so long (default: never, env: WHERRY_RETAIN_LOGS)',
    )
    .option(
      '--retain-builds <days>',
      'delete builds without a tag that no run has used for so long (default: never, env: WHERRY_RETAIN_BUILDS)',
    )
    .option(
      '--disk-watermark <percent>',
      'start no run while the disk is fuller (default: 90, 100 for any, env: WHERRY_DISK_WATERMARK)',
    )
    .option('--audit-days <days>', 'how long the audit log goes back (default: 90, env: WHERRY_AUDIT_DAYS)');
}

function addProxy(command: Command): void {
  command
    .option(
      '--proxy-groups <file>',
      'the proxies that Actors use by group, as JSON (default: none, env: WHERRY_PROXY_GROUPS)',
    )
    .option(
      '--proxy-port <number>',
      "the port of the proxy for Actors (default: the one after the API's if it is free, env: WHERRY_PROXY_PORT)",
    )
    .option(
      '--advertise-proxy <host:port>',
      'where Actors reach the proxy (default: at the host of the API, env: WHERRY_ADVERTISE_PROXY)',
    );
}
