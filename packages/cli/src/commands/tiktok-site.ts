import type { Command } from 'commander';
import { badUsage } from '../failure.ts';
import { interruption } from '../terminal/interruption.ts';
import { printJsonLine, printNote, printResult } from '../terminal/output.ts';
import { outliveReader } from '../terminal/reader.ts';
import { helpOf } from './command.ts';

interface SiteFlags {
  readonly port?: string;
  readonly host?: string;
  readonly seed?: string;
  readonly faultRate?: string;
  readonly faults?: string;
  readonly json?: boolean;
}

export function addTikTokSite(program: Command): void {
  program
    .command('tiktok-site')
    .description('serve a stand-in for TikTok’s site, with invented people, to try the TikTok Actors offline')
    .option('--port <number>', 'the port of the site (default: 8020, 0 for any free one)')
    .option('--host <host>', 'the address on which it listens (default: 127.0.0.1)')
    .option('--seed <number>', 'the seed of its data (default: 1)')
    .option('--fault-rate <rate>', 'the share of its responses that fail, from 0 to 1 (default: 0)')
    .option('--faults <kinds>', 'the kinds of failures, separated by commas (default: all)')
    .option('--json', 'write only JSON to stdout')
    .addHelpText('after', helpOf(['tiktok-site', 'tiktok-site --fault-rate 0.1 --seed 7']))
    .action(async (flags: SiteFlags) => {
      outliveReader();
      const interrupted = interruption().first;
      await using site = await start(flags);
      if (flags.json) printJsonLine(site.greeting);
      else printResult(site.text);
      printNote('\nPress Ctrl-C to end.');
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
    });
}

async function start(flags: SiteFlags) {
  const { greetingOf, greetingText, SettingsError, siteSettings, startTikTokSite } = await import(
    '@wherry/tiktok-site'
  );
  try {
    const site = await startTikTokSite(siteSettings(flags));
    const greeting = greetingOf(site);
    return { greeting, text: greetingText(greeting), [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
  } catch (error) {
    if (error instanceof SettingsError) throw badUsage(error.message);
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw badUsage('The port is in use. Choose another with --port, or 0 for any free one.');
  }
}
