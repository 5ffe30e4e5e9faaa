import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Benchmark, Figure } from './benchmark.ts';
import { consoleLoad } from './benchmarks/console.ts';
import { consoleFrames } from './benchmarks/console-frames.ts';
import { crawl } from './benchmarks/crawl.ts';
import { docker } from './benchmarks/docker.ts';
import { durable } from './benchmarks/durable.ts';
import { fairness } from './benchmarks/fairness.ts';
import { handoff } from './benchmarks/handoff.ts';
import { idle } from './benchmarks/idle.ts';
import { pushes } from './benchmarks/pushes.ts';
import { retention } from './benchmarks/retention.ts';
import { sdk } from './benchmarks/sdk.ts';
import { tiktok } from './benchmarks/tiktok.ts';
import { web } from './benchmarks/web.ts';
import { writer } from './benchmarks/writer.ts';
import { tableOf } from './table.ts';

const benchmarks: readonly Benchmark[] = [
  sdk,
  pushes,
  handoff,
  web,
  docker,
  durable,
  crawl,
  tiktok,
  idle,
  writer,
  fairness,
  retention,
  consoleLoad,
  consoleFrames,
];

interface Options {
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly profile: string | undefined;
}

const list = benchmarks.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n');
const command = new Command('npm run bench --')
  .description('Measures the platform and its references in one run.')
  .argument('[names...]', 'which benchmarks; all unless said')
  .option('--quick', 'a short version with rough figures', false)
  .option('--json <file>', 'write the figures to a file')
  .option('--profile <folder>', 'leave CPU profiles of the platform and of its clients in a folder')
  .addHelpText('after', `\nBenchmarks:\n${list}`)
  .parse();

const names = command.args;
const options = command.opts<Options>();
const unknown = names.find((name) => !benchmarks.some((each) => each.name === name));
if (unknown !== undefined) command.error(`There is no benchmark "${unknown}". See --help.`);

const results: Record<string, readonly Figure[] | { readonly failure: string }> = {};
for (const benchmark of benchmarks.filter(({ name }) => names.length === 0 || names.includes(name))) {
  process.stdout.write(`\n${benchmark.name}: ${benchmark.about}\n`);
  try {
    const figures = await benchmark.run({ quick: options.quick, profileFolder: options.profile });
    results[benchmark.name] = figures;
    process.stdout.write(`${tableOf(figures)}\n`);
  } catch (error) {
    // The other benchmarks are still worth measuring.
    results[benchmark.name] = { failure: (error as Error).message };
    process.stdout.write(`failed: ${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
