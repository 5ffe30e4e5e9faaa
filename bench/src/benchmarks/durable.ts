import { readFile } from 'node:fs/promises';
import { ApifyClient } from 'apify-client';
import { atLeast, atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { deploy } from '../deployment.ts';
import { newFolderOfClone, startPlatformProcess, token } from '../processes.ts';
import { median, medianRatio } from '../rounds.ts';
import { repeatedWork } from './repeated-work.ts';

const callers = 32;

/** Durable commits, with the stock SDK's calls as the reference, in Actors that the platform runs. */
export const durable: Benchmark = {
  name: 'durable',
  about: 'exactly-once commits beside the stock SDK',
  async run({ quick, profileFolder }) {
    await using folder = await newFolderOfClone();
    await using platform = await startPlatformProcess(folder.path, profileFolder);
    const client = new ApifyClient({ baseUrl: platform.ready, token });
    return [
      ...ratesOf(await figuresOfRun<Rates>(client, 'commit-rates', rateInput(quick))),
      ...sizesOf(await figuresOfRun<SizeFigures[]>(client, 'state-sizes', sizeInput(quick))),
      ...(await repeatedWork(client, platform.ready, quick)),
    ];
  },
};

const rateInput = (quick: boolean) =>
  quick
    ? { rounds: 3, stockCount: 100, commitCount: 400, callers }
    : { rounds: 7, stockCount: 300, commitCount: 2000, callers };
const sizeInput = (quick: boolean) => ({
  sizes: quick ? [1_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000],
  commitCount: quick ? 300 : 2_000,
  savings: 3,
});

/** Runs an Actor of `bench/src/actors` and returns the record that it writes. */
async function figuresOfRun<Figures>(client: ApifyClient, name: string, input: object): Promise<Figures> {
  const main = await readFile(new URL(`../actors/${name}.js`, import.meta.url), 'utf8');
  const run = await client.actor(await deploy(client, name, main)).call(input, { log: null });
  const record = await client.keyValueStore(run.defaultKeyValueStoreId).getRecord('FIGURES');
  if (record === undefined) throw new Error(`${name} ended ${run.status}: ${await client.log(run.id).get()}`);
  return record.value as Figures;
}

interface Rates {
  readonly stock: readonly number[];
  readonly durable: readonly number[];
  readonly callers: readonly number[];
}

function ratesOf(rates: Rates): Figure[] {
  const figure = (what: string, values: readonly number[], limit: number): Figure => {
    const ratio = medianRatio(values, rates.stock);
    return {
      what,
      value: median(values),
      unit: '/s',
      beside: { what: 'pushData + setValue', value: median(rates.stock), unit: '/s' },
      ratio,
      goals: [atLeast(ratio, limit, limit.toString())],
    };
  };
  return [
    figure('commits of an item with its state, each awaited', rates.durable, 5),
    figure(`the same with ${callers} callers`, rates.callers, 20),
  ];
}

interface SizeFigures {
  readonly size: number;
  readonly openMs: number;
  readonly commits: readonly number[];
  /** Bytes sent for one commit, on average. */
  readonly commitBytes: number;
  readonly saves: readonly number[];
}

function sizesOf(all: readonly SizeFigures[]): Figure[] {
  const smallest = all[0]!;
  return all.flatMap(({ size, openMs, commits, commitBytes, saves }) => {
    const entries = size.toLocaleString('en-US');
    const commitMs = median(commits);
    const time = commitMs / median(smallest.commits);
    const bytes = commitBytes / smallest.commitBytes;
    return [
      {
        what: `commit, ${entries} entries`,
        value: commitMs,
        unit: 'ms',
        beside: { what: 'setValue of the whole state', value: median(saves), unit: 'ms' },
        ratio: commitMs / median(saves),
        goals: size === smallest.size ? [] : [atMost(time, 1.2, `1.2 of ${smallest.size} entries`)],
      },
      {
        what: `  bytes sent for one, ${entries} entries`,
        value: commitBytes,
        unit: 'bytes',
        goals: size === smallest.size ? [] : [atMost(bytes, 1.2, `1.2 of ${smallest.size} entries`)],
      },
      {
        what: `  opened, ${entries} entries`,
        value: openMs,
        unit: 'ms',
        goals: size === 1_000_000 ? [atMost(openMs, 2000, '2,000 ms')] : [],
      },
    ];
  });
}
