/** Starts the site as a program: `node main.ts [--port n] [--host h] [--seed n] [--fault-rate r] [--faults a,b] [--json]`. */
import { parseArgs } from 'node:util';
import { greetingOf, greetingText } from './greeting.ts';
import { siteSettings } from './settings.ts';
import { startTikTokSite } from './site.ts';

const text = { type: 'string' } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: text, host: text, seed: text, 'fault-rate': text, faults: text, json: { type: 'boolean' } },
  });
  const site = await startTikTokSite(siteSettings({ ...values, faultRate: values['fault-rate'] }));
  const greeting = greetingOf(site);
  process.stdout.write(`${values.json ? JSON.stringify(greeting) : greetingText(greeting)}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void site[Symbol.asyncDispose]().then(() => process.exit(0)));
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`tiktok-site: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
