/**
 * `node packages/durable/test/crawlee/soak.ts [--seeds N] [--first SEED] [--faults M] [--no-commits]`: in each seed one
 * durable crawl gets M random faults: its server is lost, or lost with the process frozen there and thawed later, or the
 * run is moved warm or cold. In addition, one in eight write calls of durable is refused, arrives twice, or its connection
 * breaks before or after it took effect. Prints which results were lost, repeated or charged twice. Not a part of
 * `npm test`.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ActorRun } from 'apify-client';
import { until } from '../../../../test/support/until.ts';
import { dataFolderOfTest } from '../../../platform/test/run-fixture.ts';
import { type CrawlFixture, startCrawlFixture } from './crawl-fixture.ts';
import { CutOffEngine } from './cut-off-engine.ts';
import { judge, type SoakVerdict, soakActor, soakInput, soakPrices } from './soak-crawl.ts';
import { startTroubledApi, troubles } from './troubled-api.ts';

const kinds = ['lost', 'frozen', 'warm', 'cold'] as const;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    first: { type: 'string', default: '1' },
    faults: { type: 'string', default: '10' },
    'no-commits': { type: 'boolean', default: false },
  },
});

/** Random numbers from 0 to 1 from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Life {
  readonly number: number;
  readonly pid: number;
}

const lastLife = (log: string): Life | undefined =>
  [...log.matchAll(/LIFE (\d+) pid (\d+)/g)]
    .map(([, number, pid]) => ({ number: Number(number), pid: Number(pid) }))
    .at(-1);

/** Injects the fault up to half a second after the process that it is meant for has begun. */
async function strike(fixture: CrawlFixture, engine: CutOffEngine, run: ActorRun, fault: number, random: () => number) {
  const kind = kinds[Math.floor(random() * kinds.length)]!;
  const life = await until(
    `life ${fault} of the run has begun`,
    async () => {
      const { status } = (await fixture.client.run(run.id).get())!;
      if (status !== 'READY' && status !== 'RUNNING') throw new Error(`the run ended ${status} before fault ${fault}`);
      const at = lastLife(await fixture.logOf(run.id));
      return at !== undefined && at.number >= fault && at;
    },
    { secs: 300 },
  );
  await delay(random() * 500);
  if (kind !== 'frozen') {
    await fixture.migrate(run.id, kind);
    return kind;
  }
  process.kill(-life.pid, 'SIGSTOP');
  engine.spare(run.id, (await fixture.attempts(run.id)).at(-1)!.number);
  await fixture.migrate(run.id, 'lost');
  await delay(random() * 1000);
  process.kill(-life.pid, 'SIGCONT');
  return kind;
}

/** The write calls of durable: commits, or those of the journal. */
const written = values['no-commits'] ? /\/items|\/records\/WHERRY|\/requests\/batch|\/charge$/ : /\/commits\/\d+$/;

async function soak(fixture: CrawlFixture, engine: CutOffEngine, seed: number, faults: number) {
  const random = randomOf(seed);
  const randomOfCalls = randomOf(-seed);
  let troubled = 0;
  await using api = await startTroubledApi(fixture.platform.url, (method, path) => {
    if (method === 'GET' || !written.test(path) || randomOfCalls() > 1 / 8) return undefined;
    troubled += 1;
    const trouble = troubles[Math.floor(randomOfCalls() * troubles.length)]!;
    // Pushes of the journal have no key, so durable cannot prevent that an API carries one out twice.
    return trouble === 'twice' && values['no-commits'] ? 'responseLost' : trouble;
  });
  const input = soakInput(api.url, faults);
  const run = await fixture.crawl(soakActor, input, {}, soakPrices);
  const struck: string[] = [];
  try {
    for (let fault = 1; fault <= faults; fault += 1) struck.push(await strike(fixture, engine, run, fault, random));
    const { chargedEventCounts } = await fixture.succeeded(run);
    const items: { page: number }[] = [];
    for await (const item of fixture.client.dataset<{ page: number }>(run.defaultDatasetId).listItems())
      items.push(item);
    const queue = await fixture.client.requestQueue(run.defaultRequestQueueId).get();
    const verdict = judge(input.pageCount, {
      items,
      charged: chargedEventCounts?.page ?? 0,
      handled: queue!.handledRequestCount,
      output: await fixture.recordOf(run, 'OUTPUT'),
    });
    return { struck, troubled, verdict };
  } catch (error) {
    await fixture.client.run(run.id).abort();
    return { struck, troubled, verdict: { lost: 0, duplicated: 0, chargedTwice: 0, wrong: [String(error)] } };
  }
}

const isSound = ({ lost, duplicated, chargedTwice, wrong }: SoakVerdict): boolean =>
  lost === 0 && duplicated === 0 && chargedTwice === 0 && wrong.length === 0;

async function main(): Promise<void> {
  const dataFolder = await dataFolderOfTest();
  const engine = new CutOffEngine({ servers: 3, workFolder: path.join(dataFolder, 'work') });
  const total = { seeds: 0, faults: 0, troubledCalls: 0, lost: 0, duplicated: 0, chargedTwice: 0, wrong: 0 };
  try {
    const platform = { engine, dataFolder, commits: !values['no-commits'] };
    await using fixture = await startCrawlFixture({ delayMs: 10, platform });
    for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed += 1) {
      const { struck, troubled, verdict } = await soak(fixture, engine, seed, Number(values.faults));
      total.seeds += 1;
      total.faults += struck.length;
      total.troubledCalls += troubled;
      total.lost += verdict.lost;
      total.duplicated += verdict.duplicated;
      total.chargedTwice += verdict.chargedTwice;
      total.wrong += verdict.wrong.length;
      const { lost, duplicated, chargedTwice, wrong } = verdict;
      console.log(
        `seed ${seed}: ${struck.join(' ')}, ${troubled} calls: lost ${lost}, duplicated ${duplicated}, charged twice ${chargedTwice}`,
      );
      for (const sentence of wrong) console.log(`  ${sentence}`);
      if (!isSound(verdict)) process.exitCode = 1;
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
    console.log(JSON.stringify(total));
  }
}

await main();
