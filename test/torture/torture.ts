/**
 * The torture test: runs of six kinds on two servers, users who write, and an adversary who does to them and to the platform
 * what a seed decides. Everything that was acknowledged is noted outside of the platform. When the adversary has done enough,
 * all runs must come to their end, and then the checks of `checks.ts` must hold.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../packages/platform/test/simulation/random.ts';
import { until } from '../support/until.ts';
import { Adversary } from './adversary.ts';
import { Api } from './api.ts';
import { blobFiles, fileProblems, leftovers, runProblems } from './checks.ts';
import { type ApiRun, Crowd, isOver, type TortureRun } from './crowd.ts';
import { Flood } from './flood.ts';
import { Users } from './users.ts';
import { Victim } from './victim.ts';
import { Witness } from './witness.ts';

export interface TortureOptions {
  readonly seed: number;
  /** How long the adversary is at work. */
  readonly secs: number;
  /** How many runs there are at a time, at most. */
  readonly runs: number;
  /** How much memory they may have together. */
  readonly memoryMbytes: number;
  readonly print: (line: string) => void;
  /** Keeps the platform's folder when something was wrong. */
  readonly keep?: boolean;
}

export interface TortureReport {
  readonly problems: readonly string[];
  readonly tried: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly runs: readonly TortureRun[];
}

const progressMs = 10_000;
/** Runs that have nobody against them end within seconds; those that wait for memory do so in turn. */
const endSecsOf = ({ runs }: TortureOptions): number => 180 + 15 * runs;

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { seed, print } = options;
  const witness = await Witness.open();
  const victim = await Victim.open(options);
  let problems: readonly string[] = ['the torture did not come to its end'];
  try {
    for (const what of victim.skipped) print(`SKIPPED: ${what}`);
    const scene = new Torture(options, victim, witness);
    await scene.prepare();
    print(`seed ${seed}: ${options.secs} s, up to ${options.runs} runs; the platform is in ${victim.folder}`);
    await scene.storm();
    problems = await scene.judge();
    return { problems, tried: scene.adversary.tried, runs: scene.crowd.runs };
  } finally {
    await witness.close();
    if (options.keep !== true || problems.length === 0) await victim.remove();
    else await victim.kill();
  }
}

class Torture {
  readonly crowd: Crowd;
  readonly adversary: Adversary;
  readonly #options: TortureOptions;
  readonly #victim: Victim;
  readonly #witness: Witness;
  readonly #api: Api;
  readonly #users: Users;
  readonly #flood: Flood;
  readonly #mark: string;
  readonly #startedMs = performance.now();
  #lastProgressMs = 0;

  constructor(options: TortureOptions, victim: Victim, witness: Witness) {
    const { seed } = options;
    this.#options = options;
    this.#victim = victim;
    this.#witness = witness;
    this.#api = new Api(victim.url);
    // Each has numbers of its own, so that the pace of one does not change what another decides.
    this.crowd = new Crowd(this.#api, witness, new Random(seed));
    this.#users = new Users(this.#api, new Random(seed + 1_000_000));
    this.#flood = new Flood(this.#api, new Random(seed + 2_000_000));
    const scene = { victim, api: this.#api, crowd: this.crowd, flood: this.#flood };
    this.adversary = new Adversary(scene, new Random(seed + 3_000_000));
    this.#mark = `${seed}-${process.pid}-${Date.now()}`;
  }

  async prepare(): Promise<void> {
    await this.#victim.start();
    await this.crowd.deploy(this.#mark);
    await this.#flood.prepare();
    await this.#users.start();
  }

  async storm(): Promise<void> {
    const { secs, runs } = this.#options;
    let isRaging = true;
    const crowding = (async () => {
      while (isRaging) {
        await this.crowd.fillUp(runs);
        await this.crowd.refresh();
        this.#progress();
        await delay(100);
      }
    })();
    await this.adversary.rage(secs);
    isRaging = false;
    await crowding;
    await this.#users.stop();
    await until('all starts of runs are known', () => this.crowd.settle());
  }

  #progress(note = ''): void {
    const now = performance.now();
    if (now - this.#lastProgressMs < progressMs && note === '') return;
    this.#lastProgressMs = now;
    const secs = Math.round((now - this.#startedMs) / 1000);
    const { runs, unfinished } = this.crowd;
    const attacks = [...this.adversary.tried.values()].flatMap((outcomes) => [...outcomes.values()]);
    const tried = attacks.reduce((sum, count) => sum + count, 0);
    const acknowledged = this.#witness.acknowledged + this.#users.acknowledged;
    this.#options.print(
      `${secs} s: ${runs.length - unfinished.length} runs over, ${unfinished.length} not; ${tried} attacks; ` +
        `${acknowledged} writes acknowledged; ${this.#victim.problems.length} problems of the platform${note}`,
    );
  }

  /** Resolves with all that is wrong. */
  async judge(): Promise<string[]> {
    const late = await this.crowd.ended(endSecsOf(this.#options), () => this.#progress(''));
    this.#progress('; all attacks are over');
    const problems = late.map(({ id, kind, status }) => `${kind} ${id} does not end: it is ${status}`);
    for (const { id } of late) await this.#api.call('POST', `/v2/actor-runs/${id}/abort`);
    problems.push(...(await this.#endFlood()));
    for (const run of this.crowd.runs) problems.push(...(await runProblems(this.#api, run, this.#witness.of(run.id))));
    problems.push(...(await this.#users.problems()));
    problems.push(...(await this.#aftermath()));
    for (const [response, count] of await this.#victim.badResponses()) {
      const { status } = JSON.parse(response) as { status: number };
      if (status !== 503 && status !== 507) problems.push(`${count} × ${response}`);
    }
    problems.push(...this.#victim.problems, ...this.#witness.faults, ...this.#api.problems, ...this.#flood.problems);
    return problems;
  }

  /** The runs of the flood end as well. */
  async #endFlood(): Promise<string[]> {
    const unfinished = async () => {
      const all = await this.#api.all<ApiRun>('/v2/actor-runs?desc=1');
      return all.filter(({ status }) => !isOver(status));
    };
    const seconds = 60;
    for (const { id } of await unfinished()) await this.#api.call('POST', `/v2/actor-runs/${id}/abort`);
    try {
      await until('no run is left', async () => (await unfinished()).length === 0, { secs: seconds });
      return [];
    } catch {
      return (await unfinished()).map(
        ({ id, status }) => `run ${id} does not end, not even by an abort: it is ${status}`,
      );
    }
  }

  /** Nothing is left: first beside the platform, then when all runs are deleted and it has ended. */
  async #aftermath(): Promise<string[]> {
    const left = async () => leftovers(this.#victim, this.#witness, this.#mark);
    // What was killed last may take a moment.
    await until('nothing is left', async () => (await left()).length === 0, { secs: 20 }).catch(() => undefined);
    const problems = await left();
    for (const { id } of await this.#api.all<ApiRun>('/v2/actor-runs?desc=1')) {
      const response = await this.#api.call('DELETE', `/v2/actor-runs/${id}`);
      if (response?.status !== 204) problems.push(`the deletion of run ${id} got ${response?.status}`);
    }
    await this.#victim.stop();
    // A start removes what a `kill -9` has left.
    await this.#victim.start();
    const builds = await this.#api.all<{ id: string }>('/v2/actor-builds?desc=1');
    const logs = new Set(builds.map(({ id }) => `${id}.log`));
    const blobs = await this.#users.largeRecords();
    const isSwept = async () => (await blobFiles(this.#victim)) === blobs;
    await until('a start has removed what no record names', isSwept, { secs: 20 }).catch(() => undefined);
    await this.#victim.stop();
    const files = await fileProblems(this.#victim, logs, blobs);
    return [...problems, ...(await left()), ...files];
  }
}

/** What was tried and how often, what became of the runs, and what was wrong. */
export function describeReport({ tried, runs, problems }: TortureReport): string {
  const lines = ['', 'attack                     times  what came of it'];
  for (const [name, outcomes] of [...tried].sort()) {
    const times = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
    const parts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`);
    lines.push(`${name.padEnd(26)} ${String(times).padStart(5)}  ${parts.join(', ')}`);
  }
  lines.push('', 'runs            in all  how they ended');
  for (const kind of new Set(runs.map((run) => run.kind))) {
    const all = runs.filter((run) => run.kind === kind);
    const ends = [...new Set(all.map(({ status }) => status))].map(
      (status) => `${all.filter((run) => run.status === status).length} ${status}`,
    );
    lines.push(`${kind.padEnd(15)} ${String(all.length).padStart(6)}  ${ends.join(', ')}`);
  }
  lines.push('', problems.length === 0 ? 'nothing was wrong' : `${problems.length} problems:`);
  lines.push(...problems.slice(0, 50).map((problem) => `  ${problem}`));
  return lines.join('\n');
}
